"""Restore points, which only grow."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("advocacy", "0004_road"),
    ]

    operations = [
        migrations.CreateModel(
            name="RestorePoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("texts", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("is_automatic", models.BooleanField(default=False)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restore_points",
                        to="advocacy.statement",
                    ),
                ),
            ],
            options={"ordering": ["-id"]},
        ),
        append_only("advocacy_restorepoint"),
    ]
