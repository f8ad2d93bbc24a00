"""Readers are imported while one of them confirms or leaves: one person, one subscription, their own word counts."""

import pytest
from django.test import Client

from contacts import consent
from contacts.imports import subscribing
from contacts.imports.errors import ChangedMeanwhile
from contacts.models import ConsentRecord, Contact, ImportFile, ImportRun, LegalBasis, SignUp, Subscription, Suppression
from contacts.preferences import token_for
from contacts.signing_up import sign_up, token_of
from mailing.models import Mailing
from mailing.unsubscribe import token_for as token_of_mail
from tests.contacts.lists.hands import PROOF
from tests.factories import ContactFactory
from tests.letters import letter_being_sent, queue
from tests.mailing.test_dispatch_races import at_once
from tests.races import done_in_the_middle

pytestmark = pytest.mark.django_db(transaction=True)
ANA, BEN = "ana@reader.example", "ben@reader.example"
CONFIRMED = (200, 302, 303)


@pytest.fixture
def applying(bring, officer):
    """A sheet with Ana and Ben, checked: gives what applies it."""

    def check():
        run = bring(*(f"{address};;;;;2026-03-01;{PROOF}" for address in (ANA, BEN)))
        digest = ImportFile.objects.get(run=run).preview["digest"]
        return lambda: subscribing.apply(ImportRun.objects.get(pk=run.pk), digest, actor=officer)

    return check


def posting(path):
    return lambda: Client(enforce_csrf_checks=True).post(path).status_code


@pytest.fixture
def confirming(letter):
    """Ana has asked by the form; gives what presses the button in her mail."""
    sign_up(letter, ANA, language="en", source="page", ip="192.0.2.7")
    return posting(f"/c/{token_of(SignUp.objects.get())}/")


def is_on_the_list_by_her_own_word(letter):
    row = Subscription.objects.get(contact__email=ANA, contact_list=letter)
    proofs = ConsentRecord.objects.filter(contact=row.contact, action="confirmed")
    return (row.status, proofs.count(), Contact.objects.living().filter(email_key=ANA).count()) == ("active", 1, 1)


def test_an_import_beside_a_confirmation_is_done_or_refused_as_a_whole(applying, confirming, letter):
    imported, answer = at_once(applying(), confirming)
    assert answer in CONFIRMED
    assert is_on_the_list_by_her_own_word(letter)
    # Refused, or read after she had confirmed: then the check no longer holds. A colleague starts it again.
    is_refused = isinstance(imported, ChangedMeanwhile | subscribing.OutOfDate)
    assert imported is None or is_refused, imported
    assert Subscription.objects.filter(contact__email=BEN).exists() != is_refused


@pytest.mark.only_postgresql
@pytest.mark.parametrize("before", ['INSERT INTO "contacts_subscription"', 'INSERT INTO "contacts_consentrecord"'])
def test_a_confirmation_in_the_middle_of_an_import_adds_her_own_word(applying, confirming, letter, before):
    imported, answer = done_in_the_middle(applying(), before=before, other=confirming)
    assert imported is None
    assert answer in CONFIRMED
    assert is_on_the_list_by_her_own_word(letter)
    assert set(letter.subscriptions.values_list("contact__email", "status")) == {(ANA, "active"), (BEN, "active")}


@pytest.mark.only_postgresql
def test_an_import_in_the_middle_of_a_confirmation_is_refused_with_a_sentence(applying, confirming, letter):
    answer, imported = done_in_the_middle(confirming, before='INSERT INTO "contacts_consentrecord"', other=applying())
    assert answer in CONFIRMED
    assert isinstance(imported, ChangedMeanwhile)
    assert is_on_the_list_by_her_own_word(letter)
    assert not Subscription.objects.filter(contact__email=BEN).exists()


def test_who_leaves_what_they_had_asked_for_is_not_put_on_it_by_an_import(applying, letter):
    ana = ContactFactory(email=ANA, legal_basis=LegalBasis.CONSENT)
    row = consent.ask(ana, letter, source="page")
    imported, answer = at_once(applying(), posting(f"/p/{token_for(row)}/leave/"))
    assert answer == 200
    row.refresh_from_db()
    assert (row.status, row.ended_by) == ("unsubscribed", "left")
    assert Suppression.objects.filter(email_digest=ana.email_digest, scope=f"list:{letter.pk}").exists()
    assert imported is None or isinstance(imported, ChangedMeanwhile | subscribing.OutOfDate), imported


@pytest.mark.only_postgresql
def test_who_leaves_in_the_middle_of_an_import_has_left(applying, letter):
    ana = ContactFactory(email=ANA, legal_basis=LegalBasis.CONSENT)
    row = consent.ask(ana, letter, source="page")
    leaving = posting(f"/p/{token_for(row)}/leave/")
    _imported, answer = done_in_the_middle(applying(), before='UPDATE "contacts_subscription"', other=leaving)
    assert answer == 200
    row.refresh_from_db()
    assert (row.status, row.ended_by) == ("unsubscribed", "left")


@pytest.fixture
def one_click(letter):
    """Ana is known and not on the list; she presses "unsubscribe" in an issue of long ago."""
    ana = ContactFactory(email=ANA, legal_basis=LegalBasis.CONSENT)
    issue = letter_being_sent(0, kind=Mailing.Kind.NEWSLETTER, contact_list=letter)
    return posting(f"/u/{token_of_mail(queue(issue, ana).public_id)}/")


@pytest.mark.only_postgresql
def test_who_presses_an_old_link_in_the_middle_of_an_import_is_taken_off_after_it(applying, one_click, letter):
    imported, answer = done_in_the_middle(applying(), before='INSERT INTO "contacts_subscription"', other=one_click)
    assert (imported, answer) == (None, 200)
    assert Subscription.objects.get(contact__email=ANA).status == "unsubscribed"


@pytest.mark.only_postgresql
def test_who_presses_an_old_link_after_the_sheet_was_read_stops_the_import(applying, one_click, letter):
    imported, answer = done_in_the_middle(applying(), before="FOR UPDATE OF", other=one_click)
    assert answer == 200
    assert isinstance(imported, ChangedMeanwhile)
    assert not letter.subscriptions.exists()
