"""Addresses that asked for a list, how often one may ask, and the language of what people agree to."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accounts.append_only import append_only_again


class Migration(migrations.Migration):
    """Sign-ups, turns, and two columns of append-only tables."""

    dependencies = [("contacts", "0015_newsletters")]

    operations = [
        migrations.RemoveConstraint(model_name="consentwording", name="wording_is_one_per_list_and_version"),
        migrations.AddField(
            model_name="consentwording",
            name="language",
            field=models.CharField(db_default="en", default="en", max_length=10),
        ),
        migrations.AddConstraint(
            model_name="consentwording",
            constraint=models.UniqueConstraint(
                fields=("contact_list", "language", "version"), name="wording_is_one_per_list_language_and_version"
            ),
        ),
        migrations.AddField(
            model_name="consentrecord",
            name="wording_language",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
        migrations.AlterField(
            model_name="consentrecord",
            name="at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        append_only_again("contacts_consentwording"),
        append_only_again("contacts_consentrecord"),
        migrations.CreateModel(
            name="SignUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contact_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_ups",
                        to="contacts.contactlist",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("email_digest", models.CharField(db_index=True, max_length=64)),
                ("language", models.CharField(max_length=10)),
                ("topics", models.JSONField(blank=True, default=list)),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not noted"),
                            ("page", "Our page"),
                            ("embed", "A form on another site"),
                            ("api", "The API"),
                            ("import", "A spreadsheet with proof"),
                            ("colleague", "A colleague, with proof"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "shown",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contacts.consentwording",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["asked_at"], name="sign_up_by_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("contact_list", "email_digest"), name="sign_up_is_one_per_list_and_address"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confirmed_at__isnull", True), ("email", ""), _connector="OR"),
                        name="confirmed_sign_up_holds_no_address",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("address", "Address"), ("client", "Client"), ("all", "All"), ("link", "Link")],
                        max_length=20,
                    ),
                ),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("since", models.DateTimeField()),
                ("number", models.PositiveIntegerField(default=1)),
            ],
            options={
                "indexes": [models.Index(fields=["since"], name="turn_by_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "digest"), name="turn_is_one_per_kind_and_digest"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["address", "client", "all", "link"])),
                        name="turn_kind_is_known",
                    ),
                ],
            },
        ),
    ]
