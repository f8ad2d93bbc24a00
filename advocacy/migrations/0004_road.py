from typing import Any

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("advocacy", "0003_saved_from")]

    operations: list[Any] = []
