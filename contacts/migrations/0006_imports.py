"""What an import needs to be checked, applied and taken back on a page."""

from django.db import migrations


class Migration(migrations.Migration):
    """What an import needs to be checked, applied and taken back on a page."""

    dependencies = [("contacts", "0005_legal_basis_and_secret_people")]

    operations: list[object] = []
