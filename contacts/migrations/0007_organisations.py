"""Stakeholder types, what a letter says of an organisation, national contacts, and what confidentiality needs."""

from typing import Any

from django.db import migrations, models

import contacts.models.organisations
from contacts.addresses import email_digest, email_key


def compute_digests(apps: Any, editor: Any) -> None:
    """Give the addresses that are there already their digest."""
    organisations = apps.get_model("contacts", "Organisation").objects.using(editor.connection.alias)
    for pk, address in organisations.exclude(email="").values_list("pk", "email"):
        organisations.filter(pk=pk).update(email_digest=email_digest(email_key(address)))


class Migration(migrations.Migration):
    """New columns have their default in the database: a worker of the version before this one goes on writing."""

    dependencies = [("contacts", "0006_imports")]

    operations = [
        migrations.CreateModel(
            name="StakeholderType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="name")),
            ],
            options={"ordering": ["name"]},
        ),
        migrations.AddField(
            model_name="organisation",
            name="email_digest",
            field=models.CharField(blank=True, db_default="", db_index=True, default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="organisation",
            name="represents",
            field=models.TextField(blank=True, db_default="", default="", max_length=1000, verbose_name="represents"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="website",
            field=models.URLField(blank=True, db_default="", default="", verbose_name="website"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="stakeholder_types",
            field=models.ManyToManyField(blank=True, related_name="organisations", to="contacts.stakeholdertype"),
        ),
        migrations.AlterField(
            model_name="organisation",
            name="transparency_register_id",
            field=models.CharField(
                blank=True,
                max_length=20,
                validators=[contacts.models.organisations.check_register_number],
                verbose_name="Transparency Register number",
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="national_contact_for",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=2, verbose_name="national contact for"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["platform", "ngo", "institution", "government", "press", "other"])),
                name="organisation_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationmembership",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["member", "associate", "partner"])),
                name="organisation_membership_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationmembership",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_founder", False), ("kind", "member"), _connector="OR"),
                name="only_a_member_is_a_founder",
            ),
        ),
        migrations.RunPython(compute_digests, migrations.RunPython.noop),
    ]
