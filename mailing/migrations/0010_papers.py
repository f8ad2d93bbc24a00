"""Attachments of a letter."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("mailing", "0009_passages")]

    operations = []
