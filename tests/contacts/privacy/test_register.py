"""The register of processing is made from what each app says about its tables, and none is silent."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from contacts.processing import FIELDS, declared, register_of_processing, stored_models, undeclared


def test_every_table_says_what_it_holds_about_whom_and_why():
    assert undeclared() == []


def test_nothing_is_said_about_tables_that_do_not_exist():
    assert declared().keys() - {model._meta.label for model in stored_models()} == set()


def test_a_table_that_holds_people_says_so():
    """Whatever leads to a contact, or has a column for an address, may not claim to hold nothing."""
    for model in stored_models():
        names = {field.name for field in model._meta.concrete_fields}
        links = {field.related_model._meta.label for field in model._meta.concrete_fields if field.related_model}
        if {"email", "email_digest", "from_email", "to"} & names or "contacts.Contact" in links:
            assert not declared()[model._meta.label].get("none"), model._meta.label


def test_a_row_says_everything_the_law_asks_for():
    rows = {row.label: row for row in register_of_processing()}
    assert {"contacts.Contact", "contacts.ConsentRecord", "mailing.Delivery", "accounts.User"} <= rows.keys()
    assert all(getattr(row, name) for row in rows.values() for name in FIELDS)
    assert "contacts.Tag" not in rows


def test_the_command_writes_markdown(tmp_path):
    out = StringIO()
    call_command("register_of_processing", stdout=out)
    assert out.getvalue().startswith("# Register of processing")
    assert out.getvalue().count("\n|") == len(register_of_processing()) + 2
    call_command("register_of_processing", "--output", str(tmp_path / "register.md"), stdout=StringIO())
    assert (tmp_path / "register.md").read_text(encoding="utf-8") == out.getvalue()


@pytest.mark.django_db
def test_an_administrator_reads_it_under_settings(client, administrator, officer):
    client.force_login(administrator)
    text = client.get(reverse("contacts:privacy")).content.decode()
    assert "mailing.Delivery" in text
    assert "Subscriptions nobody confirmed" in text
    client.force_login(officer)
    assert client.get(reverse("contacts:privacy")).status_code == 403
