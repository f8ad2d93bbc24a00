"""Sources of an audience, and the courtesy cap."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

SOURCES = ("segment", "contact_list", "criteria", "contact", "written_to_within_days", "received")


def one_source() -> Q:
    """Exactly one of the sources; whom we wrote to lately can only be left out."""
    found = Q()
    for wanted in SOURCES:
        one = Q(**{f"{name}__isnull": name != wanted for name in SOURCES})
        found |= one & Q(effect="exclude") if wanted == "written_to_within_days" else one
    return found


class Migration(migrations.Migration):
    dependencies = [("mailing", "0010_papers")]

    operations = [
        migrations.RemoveConstraint(model_name="audiencerule", name="audience_rule_has_exactly_one_source"),
        migrations.CreateModel(
            name="CourtesyCap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("letters", models.PositiveSmallIntegerField()),
                ("days", models.PositiveSmallIntegerField()),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="courtesy_cap",
                        to="contacts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(days__gt=0, letters__gt=0), name="courtesy_cap_lets_letters_through"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="audiencerule",
            name="contact_list",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contacts.contactlist",
            ),
        ),
        migrations.AddField(
            model_name="audiencerule",
            name="received",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="mailing.mailing",
            ),
        ),
        migrations.AddField(
            model_name="audiencerule",
            name="received_state",
            field=models.CharField(
                blank=True,
                choices=[("all", "All"), ("unanswered", "Unanswered")],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="audiencerule",
            constraint=models.CheckConstraint(condition=one_source(), name="audience_rule_has_exactly_one_source"),
        ),
        migrations.AddConstraint(
            model_name="audiencerule",
            constraint=models.CheckConstraint(
                condition=Q(received__isnull=True, received_state="")
                | Q(received__isnull=False, received_state__in=["all", "unanswered"]),
                name="audience_rule_says_who_received",
            ),
        ),
    ]
