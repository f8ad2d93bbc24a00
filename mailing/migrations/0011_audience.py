"""Sources of an audience."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("mailing", "0010_papers")]

    operations = []
