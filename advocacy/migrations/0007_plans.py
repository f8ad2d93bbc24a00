from typing import Any

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("advocacy", "0006_sign_on")]

    operations: list[Any] = []
