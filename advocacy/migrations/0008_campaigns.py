from typing import Any

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("advocacy", "0007_plans")]

    operations: list[Any] = []
