"""Everything held about a person is found by looking at the models: one added later cannot be forgotten."""

import json

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse

from accounts.models import AuditEvent
from contacts.erasure import erase
from contacts.merging import FIELDS, merge
from contacts.models import Contact
from contacts.personal_data import NOT_EXPORTED, everything_about, reaching
from contacts.views import privacy
from tests.contacts.privacy.conftest import ADDRESS, FORMER
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def walk(model, seen=()):
    """Whether foreign keys lead from a model to a contact; written again here, without the code under test."""
    for field in model._meta.get_fields():
        if not isinstance(field, models.ForeignKey):
            continue
        target = field.related_model
        if target is Contact or (target not in seen and walk(target, (*seen, target))):
            return True
    return False


def test_every_model_that_leads_to_a_contact_is_exported_or_named_with_a_reason():
    leading = {model for model in apps.get_models(include_auto_created=True) if walk(model)}
    for model in apps.get_models(include_auto_created=True):
        names = {field.name for field in model._meta.concrete_fields}
        if {"object_type", "object_id"} <= names or {"reference_type", "reference_id"} <= names:
            leading.add(model)
    assert len(leading) >= 15
    missing = {model._meta.label for model in leading - reaching()} - NOT_EXPORTED.keys()
    assert missing == set()
    assert all(len(reason) > 10 for reason in NOT_EXPORTED.values())


def test_each_table_is_in_the_export(her_data):
    found = everything_about(her_data)
    tables = {section["model"] for section in found["sections"]}
    assert tables >= {
        "accounts.AuditEvent",
        "contacts.ConsentRecord",
        "contacts.Contact_tags",
        "contacts.ImportFile",
        "contacts.ImportRun",
        "contacts.Interaction",
        "contacts.Mandate",
        "contacts.Membership",
        "contacts.Note",
        "contacts.PersonCorrection",
        "contacts.Post",
        "contacts.Subscription",
        "contacts.Suppression",
        "mailing.AudienceRule",
        "mailing.Delivery",
        "mailing.DeliveryEvent",
        "mailing.IncomingMail",
        "mailing.Reply",
        "transport.SystemMail",
    }
    text = json.dumps(found, ensure_ascii=False)
    for words in (ADDRESS, FORMER, "Rue Discrète 7", "0470 12 34 56", "Greenway Party", "Met Brennan at lunch.",
                  "Dear Ms Brennan,", "Best, Aoife Brennan", "event guest", "Assistant to A. Brennan"):  # fmt: skip
        assert words in text, words


def test_nobody_elses_data_are_in_it(her_data, officer):
    ContactFactory(family_name="Otherperson", email="other@parliament.example")
    text = json.dumps(everything_about(her_data), ensure_ascii=False)
    assert "Otherperson" not in text
    assert officer.name not in text


def test_an_administrator_downloads_it_and_the_trail_says_so(client, administrator, her_data):
    client.force_login(administrator)
    url = reverse("contacts:person_everything", args=[her_data.public_id])
    page = client.get(url)
    assert "deliveries" in page.content.decode().casefold()
    assert "Rue Discrète" not in page.content.decode()
    answer = client.post(url, {"format": "json"})
    assert answer["Content-Disposition"].endswith('.json"')
    assert "Rue Discrète 7" in answer.content.decode()
    assert json.loads(answer.content)["person"]["given name"] == "Aoife"
    readable = client.post(url, {"format": "html"})
    assert "<h1>Everything we hold about you</h1>" in readable.content.decode()
    assert "Rue Discrète 7" in readable.content.decode()
    told = AuditEvent.objects.filter(sentence="downloaded everything held about a contact")
    assert told.count() == 2


def test_officers_and_approvers_may_not(client, officer, approver, aoife):
    for user in (officer, approver):
        client.force_login(user)
        for name in ("person_everything", "person_erase"):
            assert client.get(reverse(f"contacts:{name}", args=[aoife.public_id])).status_code == 403
            assert client.post(reverse(f"contacts:{name}", args=[aoife.public_id])).status_code == 403


def test_erasing_asks_for_a_reason_and_that_it_is_meant(client, administrator, aoife):
    client.force_login(administrator)
    url = reverse("contacts:person_erase", args=[aoife.public_id])
    assert "Did they ask for a copy first?" in client.get(url).content.decode()
    assert client.post(url, {"reason": "asked"}).status_code == 422
    aoife.refresh_from_db()
    assert aoife.erased_at is None
    text = client.post(url, {"reason": "asked", "is_meant": "on"}, follow=True).content.decode()
    assert "The person is erased." in text
    assert "Aoife" not in text
    aoife.refresh_from_db()
    assert aoife.erased_at
    assert client.get(url).status_code == 404


def test_who_is_merged_while_somebody_erases_them_is_not_called_erased(aoife, client, administrator, monkeypatch):
    twin = ContactFactory()

    def merged_first(person, **facts):
        merge(twin, person, dict.fromkeys(FIELDS, "one"), actor=administrator)
        return erase(person, **facts)

    monkeypatch.setattr(privacy, "erase", merged_first)
    client.force_login(administrator)
    url = reverse("contacts:person_erase", args=[aoife.public_id])
    answer = client.post(url, {"reason": "asked", "is_meant": "on"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("contacts:person_detail", args=[twin.public_id])
    assert "Nobody was erased yet" in answer.content.decode()
