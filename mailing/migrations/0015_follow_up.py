"""Follow-ups, commitments."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("mailing", "0014_replies")]

    operations = []
