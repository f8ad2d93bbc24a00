"""The calendar of days that come back every year."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q

_UN = "https://www.un.org/en/observances/"
_SEX_WORKERS = "Journée internationale pour mettre fin aux violences faites aux travailleuses et travailleurs du sexe"
# Short name: month, day, English name, French name, where that stands. Staff edit the rows afterwards.
_DAYS: dict[str, tuple[int, int, str, str, str]] = {
    "victims-of-crime": (2, 22, "European Day for Victims of Crime", "Journée européenne des victimes", ""),
    "women": (3, 8, "International Women's Day", "Journée internationale des femmes", "womens-day"),
    "refugees": (6, 20, "World Refugee Day", "Journée mondiale des réfugiés", "refugee-day"),
    "world-day-against-trafficking": (
        7,
        30,
        "World Day against Trafficking in Persons",
        "Journée mondiale de la lutte contre la traite d'êtres humains",
        "end-human-trafficking-day",
    ),
    "eu-anti-trafficking-day": (
        10,
        18,
        "EU Anti-Trafficking Day",
        "Journée européenne de lutte contre la traite des êtres humains",
        "",
    ),
    "violence-against-women": (
        11,
        25,
        "International Day for the Elimination of Violence against Women",
        "Journée internationale pour l'élimination de la violence à l'égard des femmes",
        "ending-violence-against-women-day",
    ),
    "abolition-of-slavery": (
        12,
        2,
        "International Day for the Abolition of Slavery",
        "Journée internationale pour l'abolition de l'esclavage",
        "slavery-abolition-day",
    ),
    "human-rights": (12, 10, "Human Rights Day", "Journée des droits de l'homme", "human-rights-day"),
    "violence-against-sex-workers": (
        12,
        17,
        "International Day to End Violence Against Sex Workers",
        _SEX_WORKERS,
        "",
    ),
    "migrants": (12, 18, "International Migrants Day", "Journée internationale des migrants", "migrants-day"),
}


def write_days(apps: Any, editor: Any) -> None:
    """Fill the calendar with the days of the field."""
    rows = apps.get_model("advocacy", "CalendarDay").objects.using(editor.connection.alias)
    made = []
    for slug, (month, day, name, french, page) in _DAYS.items():
        url = f"{_UN}{page}" if page else ""
        made.append(rows.model(slug=slug, month=month, day=day, name=name, names={"fr": french}, source_url=url))
    rows.bulk_create(made)


class Migration(migrations.Migration):
    """Creates the calendar and fills it."""

    dependencies = [("advocacy", "0007_plans")]

    operations = [
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=80, unique=True)),
                ("month", models.PositiveSmallIntegerField(verbose_name="month")),
                ("day", models.PositiveSmallIntegerField(verbose_name="day")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("names", models.JSONField(blank=True, default=dict)),
                ("source_url", models.URLField(blank=True, verbose_name="where that stands")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "remind_days",
                    models.PositiveSmallIntegerField(
                        default=30, verbose_name="days before it that the desk speaks of it"
                    ),
                ),
                ("is_public", models.BooleanField(default=True, verbose_name="in the public calendar")),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ["month", "day", "name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(month__gte=1, month__lte=12, day__gte=1, day__lte=31), name="calendar_day_is_a_day"
                    ),
                    models.CheckConstraint(
                        condition=Q(remind_days__lte=365), name="calendar_day_is_told_within_a_year"
                    ),
                ],
            },
        ),
        migrations.RunPython(write_days, migrations.RunPython.noop),
    ]
