"""What a report shows."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("mailing", "0012_check")]

    operations = []
