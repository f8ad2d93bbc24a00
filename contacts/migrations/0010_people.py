"""Merging people, and what passed between us."""

from django.db import migrations


class Migration(migrations.Migration):
    """Merging people, and what passed between us."""

    dependencies = [("contacts", "0009_segments")]

    operations: list[object] = []
