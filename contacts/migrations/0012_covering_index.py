"""Lets PostgreSQL answer "of these countries, with an address" and "of this gender" from the index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The index by country carries two more columns; SQLite has no such columns in an index and goes without."""

    dependencies = [("contacts", "0011_sources")]

    operations = [
        migrations.RemoveIndex(model_name="contact", name="contact_by_country"),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("erased_at__isnull", True)),
                fields=["country_now", "language", "id"],
                include=["gender", "email_key"],
                name="contact_by_country",
            ),
        ),
    ]
