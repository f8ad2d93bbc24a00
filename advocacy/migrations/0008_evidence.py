"""The evidence library: figures with their source, and what each said before."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.append_only import append_only

_PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    """Creates the evidence library."""

    dependencies = [
        ("advocacy", "0008_days"),
        ("contacts", "0012_covering_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=80, unique=True, verbose_name="short name")),
                ("claim", models.CharField(max_length=300, verbose_name="what it says")),
                ("figure", models.CharField(max_length=60, verbose_name="figure")),
                ("unit", models.CharField(blank=True, max_length=100, verbose_name="unit")),
                ("period", models.CharField(blank=True, max_length=60, verbose_name="period")),
                ("source", models.CharField(max_length=300, verbose_name="source")),
                ("url", models.URLField(blank=True, max_length=500, verbose_name="address of the source")),
                ("checked_on", models.DateField(verbose_name="checked on")),
                (
                    "language_notes",
                    models.TextField(blank=True, max_length=2000, verbose_name="notes on languages"),
                ),
                ("is_sample", models.BooleanField(default=False)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("owner", models.ForeignKey(on_delete=_PROTECT, related_name="+", to="contacts.organisation")),
            ],
            options={"ordering": ["claim", "id"], "verbose_name_plural": "evidence"},
        ),
        migrations.CreateModel(
            name="EvidenceVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("facts", models.JSONField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(null=True, on_delete=_PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "evidence",
                    models.ForeignKey(on_delete=_PROTECT, related_name="versions", to="advocacy.evidence"),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=["evidence", "number"], name="evidence_version_number_is_unique")
                ],
            },
        ),
        append_only("advocacy_evidenceversion"),
    ]
