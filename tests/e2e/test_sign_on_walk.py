"""A signer without an account in a real browser: with a pointer, with the keyboard, and without scripts."""

import pytest

from advocacy import inviting, joining
from advocacy.models import Signature, SignOn
from advocacy.signing import signatories_of
from tests.advocacy.sign_on_cast import (
    ask,
    frozen_text,
    open_sign_on,
    organisations,
    path_of,
    rewrite,
)
from tests.e2e.hands import Keyboard, Pointer
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def row(transactional_db, officer, approver):
    return frozen_text(officer, approver)


@pytest.fixture
def signatories(row, officer):
    sign_on = open_sign_on(row, officer)
    return {name: ask(sign_on, house, officer) for name, house in organisations().items()}


@pytest.mark.parametrize("hands", [Pointer, Keyboard])
def test_a_signer_signs_by_the_link_alone(visit, row, signatories, hands):
    with visit() as ada:
        page = ada.open(path_of(signatories["Zora"]))
        ada.check_page("the invitation")
        hand = hands(page)
        hand.write("Who decided", "Ada Signer")
        hand.write("Function", "Director")
        hand.tick("I may sign for this organisation")
        hand.press("button", "Send our answer")
        page.get_by_text("Zora has signed these words.").wait_for()
        ada.check_page("the signed text")
        assert page.context.cookies() == []
        ada.check_no_complaints()
    assert [one.name for one in signatories_of(row)] == [row.owner.name, "Zora"]


def test_without_scripts_one_asks_for_a_change_reads_what_changed_and_signs(visit, row, signatories, officer, approver):
    with visit(java_script_enabled=False, width=390) as ada:
        page = ada.open(path_of(signatories["Night Bus"]))
        page.get_by_text("Ask for a change first").click()
        page.get_by_label("What should it say?").fill("Paragraph 1: a claim, not a right.")
        page.get_by_role("button", name="Send our answer").click()
        page.get_by_text("Night Bus asked for a change.").wait_for()
        stale = page.context.new_page()
        stale.goto(page.url)
        inviting.reply(Signature.objects.get(), "Good, we say claim.", actor=officer)
        rewrite(row, officer, approver, "<p>People who were trafficked have a claim to compensation.</p>")
        # The page that was open all the time sends its answer to words that are gone.
        stale.get_by_text("Sign it as it is").click()
        stale.get_by_label("I may sign for this organisation").check()
        stale.get_by_role("button", name="Send our answer").click()
        stale.get_by_text("The text has changed since you opened the page.").wait_for()
        stale.get_by_role("heading", name="What changed").wait_for()
        assert not Signature.objects.filter(answer="signed").exists()
        stale.get_by_label("I may sign for this organisation").check()
        stale.get_by_role("button", name="Send our answer").click()
        stale.get_by_text("Night Bus has signed these words.").wait_for()
    assert Signature.objects.get(answer="signed").digest == row.digest()


def test_every_page_of_a_sign_on_is_readable(visit, row, signatories, officer, approver):
    with visit() as ada:
        ada.open("/s/x/")
        ada.check_page("a link that opens nothing")
        page = ada.open(path_of(signatories["Zora"]))
        page.get_by_role("button", name="Send our answer").click()
        page.get_by_text("to fix").wait_for()
        ada.check_page("an answer that lacks something")
        ada.check_no_complaints()
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        boris.open(f"/desk/statements/{row.reference}/sign-on/").evaluate(
            "document.querySelectorAll('details').forEach(part => { part.open = true })"
        )
        boris.check_page("the sign-on")
        boris.open(f"/desk/statements/{row.reference}/sign-on/{signatories['Zora'].pk}/").evaluate(
            "document.querySelectorAll('details').forEach(part => { part.open = true })"
        )
        boris.check_page("a signatory")
        boris.check_no_complaints()


def test_a_call_of_others_from_the_form_to_the_public_page(visit, row, signatories, officer, approver):
    inviting.close(SignOn.objects.get(), actor=officer)
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open("/desk/calls/new/")
        boris.check_page("a new call")
        page.get_by_label("Title").fill("Pay them what they are owed")
        page.get_by_label("Led by").fill("Lighthouse")
        page.get_by_label("Link to the text").fill("https://lighthouse.example/call")
        page.get_by_role("button", name="Take it down").click()
        page.get_by_text("A second person decides.").wait_for()
        boris.check_page("a call to decide on")
        boris.open("/desk/calls/")
        boris.check_page("the calls of others")
    with visit() as ilse:
        ilse.sign_in(approver, PASSWORD)
        page = ilse.open("/desk/calls/")
        page.get_by_role("link", name="Pay them what they are owed").click()
        page.get_by_label("We join", exact=True).check()
        page.get_by_label("Reason").fill("Our board agreed.")
        page.get_by_role("button", name="Keep the decision").click()
        page.get_by_role("button", name="Publish that we joined").click()
        page.get_by_role("link", name="Read the public page").click()
        page.get_by_text("The words are those of Lighthouse.").wait_for()
        ilse.check_page("a call we joined")
        ilse.open("/en/joined/")
        ilse.check_page("the calls we joined")
        ilse.check_no_complaints()
    assert [call.lead for call in joining.published_calls("en")] == ["Lighthouse"]
