"""Segments with people added and left out by hand."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Segments with people added and left out by hand."""

    dependencies = [("contacts", "0008_privacy")]

    operations = [
        migrations.CreateModel(
            name="SegmentPick",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "effect",
                    models.CharField(
                        choices=[("include", "Added by hand"), ("exclude", "Left out by hand")],
                        default="include",
                        max_length=10,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="picks", to="contacts.contact"
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="picks", to="contacts.segment"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("segment", "contact"), name="segment_pick_is_a_unique_pair"),
                    models.CheckConstraint(
                        condition=models.Q(("effect__in", ["include", "exclude"])), name="segment_pick_effect_is_known"
                    ),
                ],
            },
        ),
    ]
