"""Names a person matched once, and raw answers of the Parliament's service."""

from django.db import migrations


class Migration(migrations.Migration):
    """Names a person matched once, and raw answers of the Parliament's service."""

    dependencies = [("contacts", "0010_people")]

    operations: list[object] = []
