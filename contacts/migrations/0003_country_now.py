"""Gives contacts the country they stand for now, kept by triggers (contacts/country_now.py)."""

from django.db import migrations, models

from contacts.country_now import install, remove


class Migration(migrations.Migration):
    """The column, its triggers, its values."""

    dependencies = [("contacts", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="country_now",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=2),
        ),
        migrations.RunPython(install, remove),
    ]
