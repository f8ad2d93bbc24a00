"""An import of readers is taken back while one of them does something: who acted stays, and nobody without a proof."""

import pytest
from django.test import Client

from contacts import consent
from contacts.imports.subscriber_undo import take_back
from contacts.models import ConsentRecord, Contact, ImportRun, LegalBasis, SignUp, Subscription, Suppression
from contacts.preferences import token_for
from contacts.signing_up import sign_up, token_of
from tests.contacts.lists.hands import PROOF, apply
from tests.factories import ContactFactory
from tests.mailing.test_dispatch_races import at_once
from tests.races import done_in_the_middle

pytestmark = pytest.mark.django_db(transaction=True)
ANA, BEN = "ana@reader.example", "ben@reader.example"
CONFIRMED = (200, 302, 303)


@pytest.fixture
def imported(signed_in, bring):
    """An import that put Ana and Ben on the list; Ana had asked for it by the form before."""

    def bring_in(letter, *, known):
        if known:
            ContactFactory(email=ANA, legal_basis=LegalBasis.CONSENT)
        sign_up(letter, ANA, language="en", source="page", ip="192.0.2.7")
        run = bring(*(f"{address};;;;;2026-03-01;{PROOF}" for address in (ANA, BEN)))
        apply(signed_in, run)
        return run.pk

    return bring_in


def taking_back(number, officer):
    return lambda: take_back(ImportRun.objects.get(pk=number), actor=officer)


def posting(path):
    return lambda: Client(enforce_csrf_checks=True).post(path).status_code


def deed(name, letter):
    """What Ana does in that moment."""
    row = Subscription.objects.get(contact__email=ANA, contact_list=letter)
    places = {
        "confirms": lambda: f"/c/{token_of(SignUp.objects.get())}/",
        "leaves": lambda: f"/p/{token_for(row)}/leave/",
        "pauses": lambda: f"/p/{token_for(row)}/pause/",
    }
    return posting(places[name]())


def has_proof(subscription):
    """The last word on this list, beside the asking for it, gives consent."""
    words = ConsentRecord.objects.filter(contact=subscription.contact_id).exclude(action="asked").order_by("-id")
    return words[0].action in ("confirmed", "imported")


def on_the_list(letter):
    rows = Subscription.objects.filter(contact_list=letter, status="active").select_related("contact")
    return {row.contact.email: row for row in rows}


@pytest.mark.parametrize("known", [True, False], ids=["known before", "new"])
def test_who_confirms_at_that_moment_is_on_the_list_with_their_own_proof(imported, letter, officer, known):
    number = imported(letter, known=known)
    _outcome, answer = at_once(taking_back(number, officer), deed("confirms", letter))
    assert answer in CONFIRMED
    found = on_the_list(letter)
    assert set(found) == {ANA}
    actions = ConsentRecord.objects.filter(contact=found[ANA].contact).order_by("id").values_list("action", flat=True)
    assert list(actions)[-1] == "confirmed"
    assert Contact.objects.living().filter(email_key=ANA).count() == 1


@pytest.mark.only_postgresql
@pytest.mark.parametrize("known", [True, False], ids=["known before", "new"])
@pytest.mark.parametrize("before", ['DELETE FROM "contacts_subscription"', 'INSERT INTO "contacts_consentrecord"'])
def test_who_confirms_in_the_middle_of_taking_back_is_put_on_the_list_anew(imported, letter, officer, known, before):
    number = imported(letter, known=known)
    outcome, answer = done_in_the_middle(taking_back(number, officer), before=before, other=deed("confirms", letter))
    assert (outcome["back"], answer in CONFIRMED) == (2, True)
    assert set(on_the_list(letter)) == {ANA}
    assert has_proof(on_the_list(letter)[ANA])


@pytest.mark.only_postgresql
@pytest.mark.parametrize("known", [True, False], ids=["known before", "new"])
def test_taking_back_in_the_middle_of_a_confirmation_leaves_who_confirmed(imported, letter, officer, known):
    number = imported(letter, known=known)
    answer, outcome = done_in_the_middle(
        deed("confirms", letter), before='INSERT INTO "contacts_consentrecord"', other=taking_back(number, officer)
    )
    assert answer in CONFIRMED
    assert (outcome["back"], outcome["stayed_count"]) == (1, 1)
    assert set(on_the_list(letter)) == {ANA}
    # Their own word, and not that of the import, which is taken back.
    assert ConsentRecord.objects.filter(contact__email=ANA).latest("id").action == "confirmed"


@pytest.mark.parametrize("known", [True, False], ids=["known before", "new"])
def test_who_leaves_at_that_moment_has_left_for_good(imported, letter, officer, known):
    number = imported(letter, known=known)
    digest = Contact.objects.get(email=ANA).email_digest
    _outcome, answer = at_once(taking_back(number, officer), deed("leaves", letter))
    # A sentence, where the page was gone before they pressed.
    assert answer in (200, 404)
    assert not on_the_list(letter)
    if answer == 200:
        assert Suppression.objects.filter(email_digest=digest, scope=f"list:{letter.pk}").exists()


@pytest.mark.only_postgresql
@pytest.mark.parametrize("known", [True, False], ids=["known before", "new"])
def test_who_leaves_in_the_middle_of_taking_back_is_not_imported_again(
    imported, letter, officer, known, signed_in, bring
):
    number = imported(letter, known=known)
    outcome, answer = done_in_the_middle(
        taking_back(number, officer), before='DELETE FROM "contacts_subscription"', other=deed("leaves", letter)
    )
    assert (outcome["back"], answer) == (2, 200)
    apply(signed_in, bring(f"{ANA};;;;;2026-03-01;{PROOF}"))
    assert not on_the_list(letter)


def test_who_pauses_at_that_moment_stays_or_is_gone_as_a_whole(imported, letter, officer):
    number = imported(letter, known=False)
    outcome, answer = at_once(taking_back(number, officer), deed("pauses", letter))
    assert answer in (303, 404)
    found = on_the_list(letter)
    assert len(found) == outcome["stayed_count"]
    assert all(row.paused_until and has_proof(row) for row in found.values())


def test_who_asks_at_that_moment_can_confirm_afterwards(imported, letter, officer):
    number = imported(letter, known=False)

    def asking():
        """Ben reads that he is on the list, or gets a link that puts him there."""
        sign_up(letter, BEN, language="en", source="page", ip="192.0.2.8")

    outcome, given = at_once(taking_back(number, officer), asking)
    assert (outcome["back"], given) == (2, None)
    assert not on_the_list(letter)
    for row in SignUp.objects.filter(email=BEN):
        assert posting(f"/c/{token_of(row)}/")() in CONFIRMED
        assert has_proof(on_the_list(letter)[BEN])


def test_taking_back_twice_at_once_is_done_once(imported, letter, officer):
    number = imported(letter, known=False)
    found = at_once(taking_back(number, officer), taking_back(number, officer))
    assert sorted(isinstance(one, dict) for one in found) == [False, True]
    assert ConsentRecord.objects.filter(source=consent.BY_UNDOING).count() == 2
    assert not on_the_list(letter)
