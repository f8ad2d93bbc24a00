"""Segments with people added and left out by hand."""

from django.db import migrations


class Migration(migrations.Migration):
    """Segments with people added and left out by hand."""

    dependencies = [("contacts", "0008_privacy")]

    operations: list[object] = []
