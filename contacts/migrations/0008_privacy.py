"""Lists, consent, retention and erasure."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.append_only import append_only


class Migration(migrations.Migration):
    """The wordings of lists, version by version; what a proof of consent says more; lifts of suppressions."""

    dependencies = [
        ("contacts", "0007_organisations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentWording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField(verbose_name="what people agree to")),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="wordings",
                        to="contacts.contactlist",
                    ),
                ),
            ],
            options={"ordering": ["-version"]},
        ),
        migrations.CreateModel(
            name="SuppressionLift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email_digest", models.CharField(db_index=True, max_length=64)),
                ("scope", models.CharField(max_length=40)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("hard_bounce", "The mailbox is gone"),
                            ("complaint", "Complained"),
                            ("objection", "Asked us not to write"),
                            ("erasure", "Erased"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.AlterModelOptions(name="consentrecord", options={"ordering": ["id"]}),
        # Columns that may be null: SQLite adds them in place, and the triggers on the table stay.
        migrations.AddField(model_name="consentrecord", name="given_on", field=models.DateField(blank=True, null=True)),
        migrations.AddField(
            model_name="consentrecord",
            name="wording_version",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="consentrecord",
            name="action",
            field=models.CharField(
                choices=[
                    ("asked", "Asked"),
                    ("confirmed", "Confirmed"),
                    ("unsubscribed", "Unsubscribed"),
                    ("undone", "Came back"),
                    ("imported", "Added with proof"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["contact_list", "status"], name="subscription_of_list"),
        ),
        migrations.AddConstraint(
            model_name="consentwording",
            constraint=models.UniqueConstraint(
                fields=("contact_list", "version"), name="wording_is_one_per_list_and_version"
            ),
        ),
        append_only("contacts_consentwording"),
        append_only("contacts_suppressionlift"),
    ]
