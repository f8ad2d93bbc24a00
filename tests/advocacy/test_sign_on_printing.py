"""Which names are printed, when a text with names may be published, and that a new version takes over nothing."""

import pytest
from django.urls import reverse

from advocacy import inviting, publishing
from advocacy.drafting import new_version
from advocacy.inviting import SignOnError
from advocacy.models import Signatory, SignOn
from advocacy.signing import blocks_publishing, signatories_of, standings_of
from contacts.erasure import erase
from contacts.personal_data import everything_about
from tests.advocacy.sign_on_cast import (
    answer,
    ask,
    freeze,
    frozen_text,
    open_sign_on,
    organisations,
    path_of,
    rewrite,
)
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(officer, approver):
    return frozen_text(officer, approver)


@pytest.fixture
def sign_on(row, officer):
    return open_sign_on(row, officer)


@pytest.fixture
def houses(db):
    return organisations()


def address(name, row, *more):
    return reverse(f"advocacy:{name}", args=[row.reference, *more])


class TestLate:
    def test_a_late_signature_needs_a_published_text_and_a_colleague(self, sign_in, row, sign_on, houses, officer):
        signatory = ask(sign_on, houses["Zora"], officer)
        client = sign_in(officer)
        response = client.post(address("signatory_late", row, signatory.pk))
        assert response.status_code == 409
        assert "published text only" in response.content.decode()

    def test_one_that_was_never_asked_may_be_asked_after_publication(self, client, row, sign_on, houses, officer):
        answer(client, ask(sign_on, houses["Zora"], officer))
        inviting.close(sign_on, actor=officer)
        publishing.publish(row, actor=officer)
        sign_on = SignOn.objects.select_related("statement").get()
        answer(client, ask(sign_on, houses["Lighthouse"], officer))
        names = [(one.name, one.is_late) for one in signatories_of(row)]
        assert names == [(row.owner.name, False), ("Zora", False), ("Lighthouse", True)]
        with pytest.raises(SignOnError, match="published"):
            open_sign_on(row, officer)


class TestPublishing:
    def test_a_joint_statement_without_a_sign_on_is_not_published(self, row, officer):
        assert blocks_publishing(row) == ["A joint statement is signed by others. Open a sign-on first."]
        with pytest.raises(publishing.PublishingError, match="signed by others"):
            publishing.publish(row, actor=officer)

    def test_other_kinds_need_no_sign_on_but_keep_to_the_one_they_have(self, officer, approver):
        row = frozen_text(officer, approver, kind="news")
        assert blocks_publishing(row) == []
        open_sign_on(row, officer)
        assert ["open until" in sentence for sentence in blocks_publishing(row)] == [True]
        with pytest.raises(publishing.PublishingError, match="open until"):
            publishing.publish(row, actor=officer)

    def test_somebody_besides_the_lead_must_have_signed_the_words_that_are_published(
        self, client, row, sign_on, houses, officer, approver
    ):
        signatory = ask(sign_on, houses["Zora"], officer)
        answer(client, signatory)
        text = row.texts.get(language="en")
        rewrite(row, officer, approver, text.body + "<p>One sentence more.</p>")
        inviting.close(SignOn.objects.get(), actor=officer)
        assert blocks_publishing(row) == ["Nobody besides the lead has signed these words."]
        inviting.reopen(SignOn.objects.select_related("statement").get(), actor=officer)
        answer(client, signatory)
        inviting.close(SignOn.objects.get(), actor=officer)
        assert blocks_publishing(row) == []


class TestNewVersion:
    def test_nothing_signed_is_carried_over_and_the_same_ones_can_be_asked(
        self, client, row, sign_on, houses, officer, approver
    ):
        for name in ("Zora", "Lighthouse"):
            answer(client, ask(sign_on, houses[name], officer))
        inviting.close(sign_on, actor=officer)
        publishing.publish(row, actor=officer)
        copy = new_version(row, actor=officer)
        assert signatories_of(copy) == []
        freeze(copy, officer, approver)
        fresh = open_sign_on(copy, officer)
        assert list(inviting.former_signatories(copy)) == ["Lighthouse", "Zora"]
        assert inviting.invite_again(fresh, actor=officer) == 2
        assert inviting.invite_again(fresh, actor=officer) == 0
        assert [one.name for one in signatories_of(copy)] == [copy.owner.name]
        assert {one.state for one in standings_of(copy)} == {"waiting"}
        assert [one.name for one in signatories_of(row)] == [row.owner.name, "Lighthouse", "Zora"]


class TestRule:
    @pytest.fixture
    def signed(self, client, sign_on, houses, officer):
        for house in houses.values():
            answer(client, ask(sign_on, house, officer))

    def test_by_name_accents_aside(self, row, sign_on, signed):
        names = [one.name for one in signatories_of(row)]
        assert names == [row.owner.name, "Ärmel & Söhne", "Lighthouse", "Night Bus", "Open Harbour", "Zora"]

    def test_by_country_and_the_lead_first_even_when_another_leads(self, row, sign_on, signed, houses, officer):
        open_sign_on(row, officer, order="country", lead=houses["Open Harbour"])
        rows = signatories_of(row)
        assert [(one.name, one.country) for one in rows] == [
            ("Open Harbour", "Netherlands"),
            ("Zora", "Bulgaria"),
            ("Night Bus", "France"),
            ("Ärmel & Söhne", "Germany"),
            ("Lighthouse", "Ireland"),
        ]
        assert [one.is_lead for one in rows] == [True, False, False, False, False]


def test_a_signer_who_is_erased_keeps_neither_name_nor_address_nor_link(client, row, sign_on, houses, administrator):
    signatory = ask(sign_on, houses["Zora"], administrator)
    answer(client, signatory)
    path = path_of(signatory)
    person = ContactFactory(email="Ada@zora.example")
    assert "Answers given for an organisation" in str(everything_about(person))

    erase(person, actor=administrator, reason="asked")

    fresh = Signatory.objects.get()
    assert (fresh.signer, fresh.role, fresh.email) == ("", "", "")
    assert client.get(path).status_code == 410
    assert [one.name for one in signatories_of(row)] == [row.owner.name, "Zora"]
