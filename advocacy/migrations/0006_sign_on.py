from typing import Any

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("advocacy", "0005_texts")]

    operations: list[Any] = []
