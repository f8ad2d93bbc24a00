"""Lists, consent, retention and erasure."""

from django.db import migrations


class Migration(migrations.Migration):
    """Lists, consent, retention and erasure."""

    dependencies = [("contacts", "0007_organisations")]

    operations: list[object] = []
