"""Indexes and statistics for segments over a million contacts (docs/scaling.md says what each is for)."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q

STATISTICS = (
    "CREATE STATISTICS IF NOT EXISTS contact_country_and_language (mcv, dependencies, ndistinct) "
    "ON country_now, language FROM contacts_contact"
)


def add_statistics(apps: Any, editor: Any) -> None:
    """People of a country mostly read its language: without this PostgreSQL multiplies the two shares."""
    if editor.connection.vendor == "postgresql":
        editor.execute(STATISTICS)


def remove_statistics(apps: Any, editor: Any) -> None:
    """Take them back."""
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP STATISTICS IF EXISTS contact_country_and_language")


class Migration(migrations.Migration):
    """What the criteria ask for most."""

    dependencies = [("contacts", "0003_country_now")]

    operations = [
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=Q(("erased_at__isnull", True)),
                fields=["country_now", "language", "id"],
                name="contact_by_country",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=Q(("erased_at__isnull", True)),
                fields=["language", "country_now", "id"],
                name="contact_by_language",
            ),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                condition=Q(("ended_on__isnull", True)), fields=["organisation", "contact"], name="post_open_at"
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(condition=Q(("status", "active")), fields=["contact"], name="subscription_active"),
        ),
        migrations.RunSQL(
            "CREATE INDEX contact_tags_by_tag ON contacts_contact_tags (tag_id, contact_id)",
            "DROP INDEX contact_tags_by_tag",
        ),
        migrations.RunPython(add_statistics, remove_statistics),
    ]
