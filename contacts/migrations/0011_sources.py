"""Names a person matched once, and raw answers of the Parliament's service."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Names a person matched once, and raw answers of the Parliament's service."""

    dependencies = [
        ("contacts", "0010_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RawAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pull", models.CharField(db_index=True, max_length=40)),
                ("url", models.CharField(max_length=500)),
                ("status", models.PositiveSmallIntegerField()),
                ("body", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("at", models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.CreateModel(
            name="RememberedName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("country", "Country"),
                            ("group", "Political group"),
                            ("committee", "Committee"),
                            ("role", "Role"),
                            ("language", "Language"),
                            ("party", "National party"),
                            ("address", "E-mail address"),
                        ],
                        max_length=20,
                    ),
                ),
                ("label", models.CharField(max_length=200)),
                ("key", models.CharField(editable=False, max_length=200)),
                ("code", models.CharField(max_length=200)),
                ("at", models.DateTimeField(auto_now=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "key"],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "key"), name="remembered_name_means_one_thing")
                ],
            },
        ),
    ]
