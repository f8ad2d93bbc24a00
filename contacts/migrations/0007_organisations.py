"""Stakeholder types, and what confidentiality needs."""

from django.db import migrations


class Migration(migrations.Migration):
    """Stakeholder types, and what confidentiality needs."""

    dependencies = [("contacts", "0006_imports")]

    operations: list[object] = []
