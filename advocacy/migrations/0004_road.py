"""The road of statements: facts of their kind, a time of publication, comments, consent, attached files."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import advocacy.models.attachments
from accounts.append_only import append_only, append_only_again

KINDS = [
    ("statement", "Statement"),
    ("joint_statement", "Joint statement"),
    ("position_paper", "Position paper"),
    ("press_release", "Press release"),
    ("news", "News"),
    ("event_report", "Event report"),
]
STATUSES = [
    ("draft", "Draft"),
    ("in_review", "In review"),
    ("approved", "Approved"),
    ("scheduled", "Scheduled"),
    ("published", "Published"),
    ("withdrawn", "Withdrawn"),
]
GROUNDS = [
    ("consent", "The people concerned agreed to be told about in this way; we keep their consent"),
    ("invented", "The story is invented or put together from several, and points to nobody"),
    ("not_a_case", "These are no people of a case but officials, speakers, colleagues or our contact"),
]


def own_id():
    """The row's number."""
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def person(**options):
    """A colleague, who stays as long as the row."""
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **options,
    )


class Migration(migrations.Migration):
    """Two rules are widened; SQLite rebuilds the table of versions for it, so its triggers are set again."""

    dependencies = [
        ("advocacy", "0003_saved_from"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("statement", "statement_status_agrees_with_published_at"),
        migrations.RemoveConstraint("statementversion", "statement_version_goes_through_a_status_once"),
        migrations.AlterField(
            "statement",
            "kind",
            models.CharField(choices=KINDS, default="statement", max_length=20, verbose_name="kind"),
        ),
        migrations.AlterField(
            "statement", "status", models.CharField(choices=STATUSES, default="draft", max_length=20)
        ),
        migrations.AddField("statement", "details", models.JSONField(blank=True, default=dict)),
        migrations.AddField(
            "statement",
            "embargo_until",
            models.DateTimeField(blank=True, help_text="It is not published before.", null=True),
        ),
        migrations.AddField(
            "statement",
            "publish_at",
            models.DateTimeField(blank=True, help_text="When beat publishes a scheduled text.", null=True),
        ),
        migrations.AddField("statementversion", "details", models.JSONField(default=dict)),
        migrations.AddConstraint(
            "statement",
            models.CheckConstraint(
                condition=Q(published_at__isnull=False, status__in=["published", "withdrawn"])
                | Q(published_at__isnull=True, status__in=["draft", "in_review", "approved", "scheduled"]),
                name="statement_status_agrees_with_published_at",
            ),
        ),
        migrations.AddConstraint(
            "statement",
            models.CheckConstraint(
                condition=Q(publish_at__isnull=False, status="scheduled")
                | Q(publish_at__isnull=True, status__in=["draft", "in_review", "approved"])
                | Q(status__in=["published", "withdrawn"]),
                name="statement_is_scheduled_with_a_time",
            ),
        ),
        migrations.AddConstraint(
            "statementversion",
            models.UniqueConstraint(
                condition=~Q(event__in=["scheduled", "unscheduled"]),
                fields=("statement", "number", "event"),
                name="statement_version_goes_through_a_status_once",
            ),
        ),
        append_only_again("advocacy_statementversion"),
        migrations.CreateModel(
            name="ReviewComment",
            fields=[
                ("id", own_id()),
                ("language", models.CharField(max_length=10)),
                ("paragraph", models.PositiveIntegerField(null=True)),
                ("quote", models.CharField(blank=True, max_length=300)),
                ("words", models.CharField(max_length=2000, verbose_name="comment")),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("author", person()),
                ("resolved_by", person()),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="advocacy.reviewcomment",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="advocacy.statement"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="advocacy.statementversion",
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.AddConstraint(
            "reviewcomment",
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(parent__isnull=True, resolved_at__isnull=False, resolved_by__isnull=False),
                name="review_comment_is_resolved_by_somebody_or_open",
            ),
        ),
        migrations.CreateModel(
            name="SafetyConfirmation",
            fields=[
                ("id", own_id()),
                ("digest", models.CharField(max_length=64)),
                ("ground", models.CharField(choices=GROUNDS, max_length=20, verbose_name="why it may stay")),
                ("counts", models.JSONField(default=dict)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("by", person()),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="safety_confirmations",
                        to="advocacy.statement",
                    ),
                ),
            ],
            options={"ordering": ["-id"]},
        ),
        append_only("advocacy_safetyconfirmation"),
        migrations.CreateModel(
            name="StatementAttachment",
            fields=[
                ("id", own_id()),
                ("title", models.CharField(max_length=150, verbose_name="what it is")),
                ("language", models.CharField(blank=True, max_length=10)),
                ("name", models.CharField(max_length=100)),
                ("kind", models.CharField(max_length=10)),
                ("size", models.PositiveIntegerField(help_text="Bytes.")),
                ("sha256", models.CharField(max_length=64)),
                ("file", models.FileField(upload_to=advocacy.models.attachments.address_of)),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                ("added_by", person()),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="advocacy.statement",
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.AddConstraint(
            "statementattachment",
            models.UniqueConstraint(fields=("statement", "sha256"), name="statement_has_a_file_once"),
        ),
    ]
