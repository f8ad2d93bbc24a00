"""Letters belong to campaigns."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the campaign of a mailing."""

    dependencies = [
        ("advocacy", "0008_campaigns"),
        ("mailing", "0007_saved_from"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailing",
            name="campaign",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mailings",
                to="advocacy.campaign",
            ),
        ),
    ]
