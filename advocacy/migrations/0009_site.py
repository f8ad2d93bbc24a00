from typing import Any

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("advocacy", "0008_campaigns")]

    operations: list[Any] = []
