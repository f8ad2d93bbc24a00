"""The public archive: web versions of issues, their corrections, withdrawals, and links that are counted."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.append_only import append_only

KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def colleague() -> models.ForeignKey:
    """Somebody who did it."""
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )


def issue(name: str, on_delete: object) -> models.ForeignKey:
    """The issue it belongs to."""
    return models.ForeignKey(on_delete=on_delete, related_name=name, to="mailing.mailing")


class Migration(migrations.Migration):
    """Five tables."""

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ("mailing", "0017_issue_start")]

    operations = [
        migrations.CreateModel(
            name="WebVersion",
            fields=[
                ("id", KEY),
                ("mailing", issue("web_versions", django.db.models.deletion.PROTECT)),
                ("language", models.CharField(max_length=10)),
                ("subject", models.CharField(max_length=200, verbose_name="title")),
                (
                    "preheader",
                    models.CharField(blank=True, max_length=200, verbose_name="what is in it, in one line"),
                ),
                ("html", models.TextField(verbose_name="text")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("edition", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["language"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mailing", "language"), name="issue_has_one_web_version_per_language"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", KEY),
                (
                    "web_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="mailing.webversion",
                    ),
                ),
                ("note", models.CharField(max_length=300)),
                ("before_digest", models.CharField(max_length=64)),
                ("after_digest", models.CharField(max_length=64)),
                ("by", colleague()),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("note", ""), _negated=True), name="correction_says_what_changed"
                    )
                ],
            },
        ),
        append_only("mailing_correction"),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", KEY),
                ("mailing", issue("withdrawals", django.db.models.deletion.PROTECT)),
                ("note", models.CharField(max_length=300)),
                ("by", colleague()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("put_back_by", colleague()),
                ("put_back_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("put_back_at__isnull", True)),
                        fields=("mailing",),
                        name="issue_is_withdrawn_once_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CountedLink",
            fields=[
                ("id", KEY),
                ("mailing", issue("counted_links", django.db.models.deletion.CASCADE)),
                ("short", models.CharField(max_length=12, unique=True)),
                ("url", models.CharField(max_length=2000)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("mailing", "url"), name="link_of_an_issue_is_counted_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LinkDay",
            fields=[
                ("id", KEY),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="days",
                        to="mailing.countedlink",
                    ),
                ),
                ("day", models.DateField()),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["day"],
                "constraints": [models.UniqueConstraint(fields=("link", "day"), name="link_has_one_count_per_day")],
            },
        ),
    ]
