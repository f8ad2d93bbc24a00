"""Campaigns, events and positions."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

_CASCADE, _PROTECT = django.db.models.deletion.CASCADE, django.db.models.deletion.PROTECT
_STANCES = [
    ("champion", "Champion"),
    ("supportive", "Supportive"),
    ("neutral", "Neutral"),
    ("opposed", "Opposed"),
    ("unknown", "Not known"),
]


def _id() -> tuple[str, Any]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _owner() -> tuple[str, Any]:
    return "owner", models.ForeignKey(on_delete=_PROTECT, related_name="+", to="contacts.organisation")


def _user(name: str) -> tuple[str, Any]:
    return name, models.ForeignKey(null=True, on_delete=_PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)


def _campaign(related_name: str) -> Any:
    options: Any = {"blank": True, "null": True, "on_delete": _PROTECT, "to": "advocacy.campaign"}
    return models.ForeignKey(related_name=related_name, **options)


class Migration(migrations.Migration):
    """Creates campaigns, events and positions, and lets statements and plans belong to a campaign."""

    dependencies = [
        ("advocacy", "0008_evidence"),
        ("contacts", "0012_covering_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                _id(),
                ("slug", models.SlugField(max_length=120, unique=True, verbose_name="address of the page")),
                ("topic", models.CharField(blank=True, max_length=100, verbose_name="topic")),
                ("source_language", models.CharField(default="en", max_length=10, verbose_name="written in")),
                ("starts_on", models.DateField(verbose_name="begins on")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="ends on")),
                (
                    "is_sample",
                    models.BooleanField(default=False, help_text="Made up for the demo; the page says so."),
                ),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=_PROTECT, related_name="+", to="contacts.organisation"
                    ),
                ),
                _user("officer"),
                _owner(),
                (
                    "partners",
                    models.ManyToManyField(blank=True, related_name="campaigns", to="contacts.organisation"),
                ),
                ("target_bodies", models.ManyToManyField(blank=True, related_name="campaigns", to="contacts.body")),
            ],
            options={
                "ordering": ["-starts_on", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                        name="campaign_dates_are_ordered",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignText",
            fields=[
                _id(),
                ("language", models.CharField(max_length=10)),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("aim", models.CharField(blank=True, max_length=400, verbose_name="aim")),
                ("about", models.TextField(blank=True, max_length=10000, verbose_name="what it is about")),
                (
                    "campaign",
                    models.ForeignKey(on_delete=_CASCADE, related_name="texts", to="advocacy.campaign"),
                ),
            ],
            options={
                "ordering": ["language"],
                "constraints": [
                    models.UniqueConstraint(fields=["campaign", "language"], name="campaign_has_one_text_per_language")
                ],
            },
        ),
        migrations.AddField("statement", "campaign", _campaign("statements")),
        migrations.AddField("actionplan", "campaign", _campaign("plans")),
        migrations.CreateModel(
            name="Event",
            fields=[
                _id(),
                ("slug", models.SlugField(max_length=120, unique=True)),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("language", models.CharField(default="en", max_length=10, verbose_name="written in")),
                ("summary", models.CharField(blank=True, max_length=400, verbose_name="in one or two sentences")),
                ("starts_at", models.DateTimeField(verbose_name="begins")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                ("report", models.TextField(blank=True, max_length=20000, verbose_name="report")),
                (
                    "is_public",
                    models.BooleanField(default=False, verbose_name="on the public pages and in the calendar"),
                ),
                ("is_cancelled", models.BooleanField(default=False, verbose_name="it is cancelled")),
                ("is_sample", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("campaign", _campaign("events")),
                (
                    "organisers",
                    models.ManyToManyField(blank=True, related_name="events", to="contacts.organisation"),
                ),
                _owner(),
                (
                    "report_statement",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=_PROTECT, related_name="events", to="advocacy.statement"
                    ),
                ),
            ],
            options={
                "ordering": ["-starts_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                        name="event_times_are_ordered",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EventLink",
            fields=[
                _id(),
                ("label", models.CharField(max_length=200, verbose_name="what it is")),
                ("url", models.URLField(max_length=500, verbose_name="address")),
                ("is_attachment", models.BooleanField(default=False, verbose_name="a file")),
                ("event", models.ForeignKey(on_delete=_CASCADE, related_name="links", to="advocacy.event")),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                _id(),
                (
                    "role",
                    models.CharField(
                        choices=[("host", "Host"), ("speaker", "Speaker"), ("guest", "Guest")],
                        default="guest",
                        max_length=20,
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("invited", "Invited"),
                            ("coming", "Is coming"),
                            ("came", "Came"),
                            ("absent", "Did not come"),
                        ],
                        default="invited",
                        max_length=20,
                    ),
                ),
                ("is_public", models.BooleanField(default=False)),
                (
                    "contact",
                    models.ForeignKey(on_delete=_CASCADE, related_name="attendances", to="contacts.contact"),
                ),
                (
                    "event",
                    models.ForeignKey(on_delete=_CASCADE, related_name="attendances", to="advocacy.event"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["event", "contact"], name="contact_attends_an_event_once"),
                    models.CheckConstraint(
                        condition=Q(is_public=False) | ~Q(role="guest"),
                        name="guests_of_events_are_never_named_publicly",
                    ),
                ],
                "indexes": [models.Index(fields=["event", "answer"], name="attendance_by_answer")],
            },
        ),
        migrations.CreateModel(
            name="Position",
            fields=[
                _id(),
                ("stance", models.CharField(choices=_STANCES, max_length=20, verbose_name="position")),
                ("source", models.CharField(max_length=300, verbose_name="how we know")),
                ("said_on", models.DateField(verbose_name="on")),
                ("is_current", models.BooleanField(default=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
                _user("by"),
                (
                    "campaign",
                    models.ForeignKey(on_delete=_CASCADE, related_name="positions", to="advocacy.campaign"),
                ),
                (
                    "contact",
                    models.ForeignKey(on_delete=_CASCADE, related_name="positions", to="contacts.contact"),
                ),
            ],
            options={
                "ordering": ["-said_on", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(is_current=True),
                        fields=["contact", "campaign"],
                        name="contact_has_one_current_position_a_campaign",
                    ),
                    models.CheckConstraint(
                        condition=Q(stance__in=["champion", "supportive", "neutral", "opposed", "unknown"]),
                        name="position_is_known_to_us",
                    ),
                ],
                "indexes": [
                    models.Index(condition=Q(is_current=True), fields=["campaign", "stance"], name="position_current")
                ],
            },
        ),
    ]
