"""Follow-ups, and the days on which no answer is waited for."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0014_replies")]

    operations = [
        migrations.CreateModel(
            name="Holiday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True, verbose_name="day")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
            ],
            options={"ordering": ["day"]},
        ),
        migrations.AddField(
            model_name="mailing",
            name="follow_up_declined_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="mailing",
            name="follows",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="follow_ups",
                to="mailing.mailing",
            ),
        ),
    ]
