"""The reply desk."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mailing", "0013_report"),
        ("advocacy", "0009_site"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("to_email", models.CharField(blank=True, max_length=254)),
                ("to_name", models.CharField(blank=True, max_length=200)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("text", models.TextField(blank=True)),
                ("in_reply_to", models.CharField(blank=True, max_length=500)),
                ("references", models.CharField(blank=True, max_length=2000)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("sent", "Accepted"),
                            ("failed", "Not sent"),
                            ("uncertain", "Not known"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="answers",
                        to="contacts.contact",
                    ),
                ),
                (
                    "reply",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="mailing.reply"
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mailing.sender"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="reply",
            name="assigned_to",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reply",
            name="files",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="reply",
            name="position",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="advocacy.position"
            ),
        ),
        migrations.AddField(
            model_name="reply",
            name="sort",
            field=models.CharField(
                blank=True,
                choices=[
                    ("supports", "Supports"),
                    ("opposes", "Opposes"),
                    ("meeting", "Wants a meeting"),
                    ("question", "Asks a question"),
                    ("out_of_office", "Out of office"),
                    ("other", "Something else"),
                    ("not_ours", "Answers no letter of ours"),
                ],
                db_default="",
                default="",
                max_length=15,
            ),
        ),
        migrations.AddField(
            model_name="reply",
            name="sorted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="reply",
            name="sorted_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="reply",
            name="matched_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("address", "the address of its letter"),
                    ("reference", "the number of the message it answers"),
                    ("sender", "who wrote it"),
                    ("person", "a colleague"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="reply",
            index=models.Index(
                condition=models.Q(("is_auto", False), ("sort", "")), fields=["received_at"], name="reply_to_sort"
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sort", ""), ("sorted_at__isnull", True)),
                    models.Q(models.Q(("sort", ""), _negated=True), ("sorted_at__isnull", False)),
                    _connector="OR",
                ),
                name="reply_is_sorted_exactly_when_it_has_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(condition=models.Q(("status", "queued")), fields=["id"], name="answer_waiting"),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at__isnull", False), ("status", "sent")),
                    models.Q(models.Q(("status", "sent"), _negated=True), ("sent_at__isnull", True)),
                    _connector="OR",
                ),
                name="answer_is_sent_exactly_when_it_has_a_sent_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["queued", "sent", "failed", "uncertain"])),
                name="answer_status_is_known",
            ),
        ),
    ]
