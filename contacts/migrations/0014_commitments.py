"""Meetings and commitments can come back on a day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0013_fewer_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="interaction",
            name="due_on",
            field=models.DateField(blank=True, null=True, verbose_name="comes back on"),
        ),
        migrations.AddField(
            model_name="interaction",
            name="done_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("done_at__isnull", True), ("due_on__isnull", False)),
                fields=["due_on"],
                name="interaction_due",
            ),
        ),
    ]
