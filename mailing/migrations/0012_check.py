"""What is checked and approved: a sender's domain, what an approver read, the Parliament's weeks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("mailing", "0011_audience"),
    ]

    operations = [
        migrations.AddField(
            model_name="sender",
            name="dkim_selector",
            field=models.CharField(
                blank=True,
                help_text="The name under which the mail server’s or provider’s key stands in the DNS, such as news2026.",
                max_length=100,
                verbose_name="DKIM selector",
            ),
        ),
        migrations.AddField(
            model_name="sender",
            name="domain_checked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sender",
            name="domain_health",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.CreateModel(
            name="ParliamentWeek",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("monday", models.DateField(unique=True, verbose_name="Monday")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("plenary", "Session in Strasbourg"),
                            ("mini", "Session in Brussels"),
                            ("committees", "Committees"),
                            ("groups", "Political groups"),
                            ("constituency", "Constituencies"),
                            ("recess", "Recess"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
            ],
            options={
                "ordering": ["monday"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["plenary", "mini", "committees", "groups", "constituency", "recess"])
                        ),
                        name="parliament_week_is_of_a_known_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                (
                    "decision",
                    models.CharField(choices=[("approved", "Approved"), ("changes", "Changes asked")], max_length=10),
                ),
                ("reader_label", models.CharField(max_length=200)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("digest", models.CharField(max_length=64)),
                ("parts", models.JSONField()),
                ("people", models.JSONField()),
                ("previews", models.JSONField(default=list)),
                ("checklist", models.JSONField(default=list)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "mailing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="mailing.mailing"
                    ),
                ),
                (
                    "reader",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        append_only("mailing_review"),
        migrations.AlterField(
            model_name="deliverychunk",
            name="state",
            field=models.CharField(
                choices=[("open", "Open"), ("held", "Held"), ("done", "Done")], default="open", max_length=10
            ),
        ),
    ]
