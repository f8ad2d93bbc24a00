"""The demo's people, texts and history: invented, marked as such, and made by the functions that people use."""

import csv
import re
import unicodedata

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase
from django.urls import reverse

from accounts.models import AuditEvent, User
from advocacy.models import (
    ActionPlan,
    Assessment,
    Campaign,
    Event,
    JoinedCall,
    Proposal,
    Signatory,
    SignOn,
    Statement,
)
from advocacy.richtext import sanitise
from advocacy.signing import standings_of
from contacts.models import Contact, ContactList, ImportRun, Mandate, Membership, Organisation, Segment
from contacts.names import sort_key
from desk.demo.accounts import ACCOUNTS, PASSWORD
from desk.demo.address_book import FRIENDS, HOUSE, NEWS, SHEET
from desk.demo.files import in_capitals
from desk.demo.load import load
from desk.demo.people import COMMITTEES, COUNTRIES, everybody
from desk.demo.texts import sample_texts
from mailing.models import Delivery, Mailing


def test_about_sixty_people_from_every_country_of_the_union():
    people = everybody()
    assert 55 <= len(people) <= 70
    assert {person.country for person in people} == set(COUNTRIES)
    assert len(COUNTRIES) == 27
    assert everybody() == people, "the same on every call"


def test_nobody_has_an_address_that_could_exist():
    addresses = [person.email for person in everybody() if person.email]
    assert all(re.fullmatch(r"[a-z.]+@[a-z]+\.example", address) for address in addresses)
    assert len(set(addresses)) == len(addresses)


def test_the_hard_cases_are_among_them():
    people = everybody()
    assert any(not person.gender for person in people), "gender unknown"
    assert any(not person.email for person in people), "no address"
    assert any(" " in person.family_name for person in people), "a name in several words"
    assert {role for person in people for role in person.seats.values()} == {"C", "V", "M", "S"}


def test_every_committee_has_one_chair():
    chairs = [code for person in everybody() for code, role in person.seats.items() if role == "C"]
    assert sorted(chairs) == COMMITTEES


def test_capitals_are_those_of_the_parliament():
    assert in_capitals("McAllenwood") == "McALLENWOOD"
    assert in_capitals("Groß-Birkholz") == "GROẞ-BIRKHOLZ"


def test_no_invented_family_name_is_that_of_a_real_member(real_data):
    def plain(text):
        return unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()

    real = plain(" ".join(path.read_text(errors="replace") for path in real_data.rglob("*.*") if path.suffix != ".md"))
    assert [person.name for person in everybody() if plain(person.family_name) in real] == []


def test_the_texts_are_clean_and_say_that_they_are_samples():
    texts = sample_texts()
    assert [text.language for text in texts] == ["en", "fr", "de"]
    for text in texts:
        assert sanitise(text.body) == text.body
        assert re.search(r"sample|exemple|Beispiel", text.summary)


def test_outside_the_demo_it_refuses(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="in the demo only"):
        call_command("load_demo")
    assert not User.objects.exists()


class TestAfterTheLoad(TestCase):
    """The demo as it is before a worker has sent anything; loaded once for all of these."""

    @classmethod
    def setUpTestData(cls):
        cls.loaded = load(send=False)

    def test_the_real_importers_read_the_invented_files(self):
        people = everybody()
        assert Mandate.objects.open().count() == len(people)
        found = Contact.objects.get(mandates__ep_id=people[0].ep_id)
        assert found.email == people[0].email
        assert found.gender == people[0].gender
        seats = Membership.objects.filter(body__kind="committee", mandate__contact=found)
        assert {seat.body.code for seat in seats} == set(people[0].seats)

    def test_names_read_as_people_write_them(self):
        keys = {sort_key(f"{person.family_name} {person.given_name}") for person in everybody()}
        members = Contact.objects.filter(mandates__isnull=False)
        assert set(members.values_list("sort_key", flat=True)) == keys

    def test_one_letter_is_approved_by_a_second_person_and_another_waits(self):
        sent, waits = (Mailing.objects.get(reference=self.loaded[name]) for name in ("sent", "waiting"))
        assert sent.status == Mailing.Status.APPROVED
        assert sent.approver.email == "approver@demo.example"
        assert sent.submitted_by.email == "officer@demo.example"
        assert sent.recipients == Delivery.objects.filter(mailing=sent).exclude(status="skipped").count() > 10
        assert waits.status == Mailing.Status.IN_REVIEW
        assert waits.asked_approver == sent.approver
        assert sent.is_sample
        assert waits.is_sample

    def test_what_is_made_up_is_marked(self):
        assert set(Statement.objects.values_list("is_sample", flat=True)) == {True}
        plan = ActionPlan.objects.get()
        assert plan.is_sample
        assert [point.ask.is_placeholder for point in plan.points.all()] == [True] * 6
        assert "real wording is not known" in plan.points.first().ask.texts.get(language="en").explanation

    def test_the_plan_is_published_with_invented_answers_of_every_kind_that_name_no_real_organisation(self):
        plan = ActionPlan.objects.get()
        assert plan.status == "published"
        assert plan.approved_by != plan.versions.get(event="submitted").author
        answers = Assessment.objects.all()
        assert set(answers.values_list("rating", flat=True)) == {"met", "partly", "not_met"}
        assert set(answers.values_list("is_sample", "reported_by")) == {(True, None)}
        assert answers.current().count() < 138
        assert answers.filter(superseded_at__isnull=False).exists()
        assert set(Proposal.objects.waiting().values_list("organisation__name", flat=True)) == {HOUSE}
        page = self.client.get(reverse("public:plan_detail", args=["en", plan.slug])).content.decode()
        assert "The answers, sources and dates are invented" in page
        assert page.count("Placeholder text.") == 6

    def test_a_campaign_shows_a_text_others_sign_a_call_we_joined_and_names_no_real_organisation(self):
        campaign = Campaign.objects.get()
        assert campaign.is_sample
        page = self.client.get(reverse("public:campaign_detail", args=["en", campaign.slug])).content.decode()
        assert "made up for" in page.casefold() or "invented" in page.casefold()
        standings = {row.signatory.organisation.name: row.state for row in standings_of(SignOn.objects.get().statement)}
        assert standings == {
            "Open Harbour (sample)": "signed",
            "Ponte Verde (sample)": "asks_change",
            "Union Hall (sample)": "waiting",
        }
        assert all(row.signatory.email.endswith(".example") for row in standings_of(SignOn.objects.get().statement))
        assert JoinedCall.objects.get().published_at is not None
        assert Event.objects.get().is_sample
        letters = Mailing.objects.filter(kind="letter")
        assert set(letters.values_list("campaign", flat=True)) == {campaign.pk}

    def test_real_organisations_are_members_and_have_said_nothing(self):
        real = Organisation.objects.filter(is_platform=False, memberships__isnull=False).distinct()
        assert real.count() == 29
        assert not Statement.objects.filter(owner__in=real).exists()
        assert not Mailing.objects.filter(owner__in=real).exists()
        assert not Signatory.objects.filter(organisation__in=real).exists()

    def test_the_address_book_shows_what_there_is_beside_the_parliament(self):
        rows = list(csv.DictReader(SHEET.splitlines(), delimiter=";"))
        assert all("sample" in row["Organisation"].casefold() for row in rows)
        read = [row for row in rows if "," not in row["E-mail"]]
        assert Contact.objects.filter(email__in=[row["E-mail"] for row in read]).count() == len(read) == 7
        assert Organisation.objects.get(name=HOUSE).is_confidential
        assert Contact.objects.get(posts__organisation__name=HOUSE).is_confidential
        run = ImportRun.objects.get(source="sheet-upload")
        assert (run.status, run.counts["new"], len(run.problems)) == ("applied", 7, 1)
        news = ContactList.objects.get(name=NEWS)
        assert set(news.subscriptions.values_list("status", flat=True)) == {"active", "pending", "unsubscribed"}
        friends = Segment.objects.get(name=FRIENDS)
        assert friends.picks.count() == 1
        assert friends.people().count() > 1

    def test_the_four_accounts_can_sign_in(self):
        assert [account.role for account in ACCOUNTS] == ["viewer", "officer", "approver", "administrator"]
        for account in ACCOUNTS:
            answer = self.client.post("/accounts/login/", {"login": account.email, "password": PASSWORD})
            assert answer.status_code == 302
            assert User.objects.get(email=account.email).last_login
            self.client.logout()

    def test_the_trail_tells_who_did_it(self):
        sentences = list(AuditEvent.objects.order_by("id").values_list("actor_label", "sentence"))
        assert any(actor.startswith("Ilse") and "approved" in sentence for actor, sentence in sentences)

    def test_loading_again_changes_nothing(self):
        before = [model.objects.count() for model in (Contact, Statement, Mailing, Delivery, AuditEvent, User)]
        assert load(send=False) == self.loaded
        assert [model.objects.count() for model in (Contact, Statement, Mailing, Delivery, AuditEvent, User)] == before
