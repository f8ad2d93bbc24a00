"""What is checked and approved."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("mailing", "0011_audience")]

    operations = []
