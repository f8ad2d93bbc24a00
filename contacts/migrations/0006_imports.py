"""What an import needs to be checked, applied and taken back on a page."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def number_runs(apps: Any, editor: Any) -> None:
    """Give the runs of commands their reference and the moment of their status."""
    runs = apps.get_model("contacts", "ImportRun").objects.using(editor.connection.alias)
    counts: dict[int, int] = {}
    for pk, at, status in runs.order_by("pk").values_list("pk", "at", "status"):
        counts[at.year] = counts.get(at.year, 0) + 1
        moment = {f"{status}_at": at} if status in {"held", "applied", "reverted"} else {}
        runs.filter(pk=pk).update(reference=f"IMP-{at.year}-{counts[at.year]:03}", **moment)


def forget(apps: Any, editor: Any) -> None:
    """Going back needs nothing."""


def moment() -> Any:
    """A moment that may not have come."""
    return models.DateTimeField(blank=True, null=True)


def empty() -> Any:
    """A JSON object with nothing in it. The database fills it in where an older worker writes during an update."""
    return models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict)


class Migration(migrations.Migration):
    """What an import needs to be checked, applied and taken back on a page."""

    dependencies = [
        ("contacts", "0005_legal_basis_and_secret_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(
            migrations.AddField("importrun", name, moment())
            for name in ("mapped_at", "checked_at", "held_at", "applied_at", "reverted_at", "discarded_at")
        ),
        migrations.AddField("importrun", "working_since", moment()),
        migrations.AddField(
            "importrun", "working", models.CharField(blank=True, db_default="", default="", max_length=10)
        ),
        migrations.AddField("importrun", "options", empty()),
        migrations.AddField("importrun", "outcome", empty()),
        migrations.AddField(
            "importrun",
            "reference",
            models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=20, verbose_name="reference"
            ),
        ),
        migrations.RunPython(number_runs, forget),
        migrations.AddConstraint(
            "importrun",
            models.UniqueConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                fields=("reference",),
                name="import_reference_is_unique",
            ),
        ),
        migrations.AlterField(
            "importrun",
            "status",
            models.CharField(
                choices=[
                    ("uploaded", "Uploaded"),
                    ("mapped", "Columns matched"),
                    ("checked", "To be checked"),
                    ("held", "Held for a person"),
                    ("applied", "Applied"),
                    ("reverted", "Taken back"),
                    ("discarded", "Not imported"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="ImportFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("data", models.BinaryField()),
                ("preview", models.JSONField(blank=True, default=dict)),
                ("decisions", models.JSONField(blank=True, default=dict)),
                ("at", models.DateTimeField(auto_now_add=True, db_index=True)),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="file", to="contacts.importrun"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RememberedMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                ("columns", models.JSONField()),
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
        ),
    ]
