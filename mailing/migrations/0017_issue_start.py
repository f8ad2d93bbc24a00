"""Issues are frozen when they start: who is freezing one, the number somebody is asked about, and paused readers."""

from django.db import migrations, models

REASONS = [
    ("suppressed", "Address is blocked"),
    ("objected", "Asked us not to write"),
    ("no_address", "No address"),
    ("duplicate", "Same address as another recipient"),
    ("courtesy_cap", "Written to recently"),
    ("excluded", "Left out by a rule"),
    ("erased", "Erased"),
    ("mandate_ended", "Mandate ended"),
    ("paused", "Paused at their own wish"),
]


class Migration(migrations.Migration):  # noqa: D101
    dependencies = [
        ("mailing", "0016_blocks"),
    ]

    operations = [
        migrations.AddField("mailing", "recounted", models.PositiveIntegerField(blank=True, null=True)),
        migrations.AddField("mailing", "freezing_until", models.DateTimeField(blank=True, null=True)),
        migrations.AlterField("delivery", "skip_reason", models.CharField(blank=True, choices=REASONS, max_length=20)),
    ]
