"""Attachments of a letter, its PDF on letterhead, and the letterhead's logo."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0013_fewer_indexes"),
        ("mailing", "0009_passages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "mailing",
            "paper",
            models.CharField(
                choices=[
                    ("none", "No PDF"),
                    ("attached", "As a PDF attached to it"),
                    ("link", "As a link to its PDF"),
                ],
                db_default="none",
                default="none",
                max_length=10,
            ),
        ),
        migrations.AddField("mailing", "papers_ready_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("mailing", "papers_until", models.DateTimeField(blank=True, null=True)),
        migrations.CreateModel(
            name="LetterPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "delivery",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="paper",
                        to="mailing.delivery",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=150, verbose_name="what it is")),
                ("language", models.CharField(blank=True, max_length=10)),
                ("name", models.CharField(max_length=100)),
                ("kind", models.CharField(max_length=10)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField(help_text="Bytes.")),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mailing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attachments", to="mailing.mailing"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=["mailing", "sha256"], name="letter_has_a_file_once"),
                    models.UniqueConstraint(fields=["mailing", "name"], name="letter_has_a_file_name_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Letterhead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("logo", models.BinaryField(null=True)),
                ("logo_kind", models.CharField(blank=True, max_length=4)),
                ("shows_address", models.BooleanField(default=True, verbose_name="print the postal address")),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="letterhead",
                        to="contacts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(logo__isnull=True, logo_kind="")
                        | Q(logo__isnull=False, logo_kind__in=["png", "jpg"]),
                        name="letterhead_logo_has_a_kind",
                    ),
                ],
            },
        ),
    ]
