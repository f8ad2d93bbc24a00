"""The reply desk."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("mailing", "0013_report")]

    operations = []
