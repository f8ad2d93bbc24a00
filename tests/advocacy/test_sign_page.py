"""The signer's page: what it shows, what an answer must say, and what happens when the text moved meanwhile."""

import pytest

from accounts.models import AuditEvent
from advocacy import inviting
from advocacy.answering import MOST_AN_HOUR
from advocacy.models import Signatory, Signature
from advocacy.signing import signatories_of
from tests.advocacy.sign_on_cast import (
    answer,
    ask,
    frozen_text,
    open_sign_on,
    organisations,
    path_of,
    printed_names,
    quiet_house,
    rewrite,
    seen_on,
)
from transport.models import SystemMail

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


@pytest.fixture
def zora(sign_on, houses, officer):
    return ask(sign_on, houses["Zora"], officer)


def read(client, signatory):
    return client.get(path_of(signatory)).content.decode()


def test_it_shows_every_language_version_with_its_number_and_who_signed(client, row, sign_on, houses, zora, officer):
    answer(client, ask(sign_on, houses["Lighthouse"], officer))
    page = read(client, zora)

    assert "Version 1, frozen" in page
    assert "People who were trafficked have a right" in page
    assert "La sûreté est un droit. Tous" in page
    assert "It has 2 language versions; you sign them all." in page
    assert "Signed so far: 1 of 2" in page
    assert "Lighthouse" in page
    assert "a•••@zora.example" in page
    assert "ada@zora.example" not in page


def test_a_signature_keeps_who_signed_which_words_and_sends_a_copy(client, row, zora):
    answer(client, zora, name="Zora, Foundation", register="153882 995425-40", prints_signer="on")

    kept = Signature.objects.get()
    assert (kept.digest, kept.version, kept.answer) == (row.digest(), 1, "signed")
    assert (kept.by_name, kept.by_role, kept.is_late) == ("Ada Signer", "Director", False)
    one = signatories_of(row)[1]
    assert (one.name, one.country, one.transparency_register_id) == ("Zora, Foundation", "Bulgaria", "153882995425-40")
    assert (one.signer, one.role) == ("Ada Signer", "Director")
    receipt = SystemMail.objects.get(purpose="sign-on-receipt")
    assert (receipt.to, receipt.context["printed"]) == ("ada@zora.example", "Zora, Foundation")
    trail = AuditEvent.objects.order_by("-id").first()
    assert trail.sentence == f"took an answer by link: Zora signed version 1 of {row.reference}"
    assert "Ada" not in trail.sentence
    assert "has signed these words" in read(client, zora)


def test_a_signer_is_printed_only_on_request(client, row, zora):
    answer(client, zora)
    assert (signatories_of(row)[1].signer, signatories_of(row)[1].role) == ("", "")


def test_sending_the_same_answer_again_writes_nothing(client, zora):
    path = path_of(zora)
    seen = seen_on(client, path)
    for _time in range(3):
        assert answer(client, zora, seen=seen).status_code == 302
    assert Signature.objects.count() == 1
    assert SystemMail.objects.filter(purpose="sign-on-receipt").count() == 1


def test_a_change_of_mind_is_another_row_and_the_latest_counts(client, row, zora):
    answer(client, zora)
    answer(client, zora, "declined", why="Our board said no.")
    assert printed_names(row) == [row.owner.name]
    answer(client, zora)
    assert printed_names(row) == [row.owner.name, "Zora"]
    assert list(Signature.objects.order_by("id").values_list("answer", flat=True)) == ["signed", "declined", "signed"]


def test_a_decline_is_seen_by_nobody_else(client, sign_on, houses, zora, officer):
    other = ask(sign_on, houses["Lighthouse"], officer)
    answer(client, zora, "declined", why="Our board said no.")

    page = read(client, other)
    assert "Zora" not in page
    assert "does not sign" not in page
    assert "board" not in page


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        ("signed", {"may_sign": ""}, "only somebody who may sign"),
        ("signed", {"name": " "}, "as it should be printed"),
        ("signed", {"by_name": ""}, "who decided"),
        ("signed", {"register": "12"}, "as it stands in the register"),
        ("signed", {"country": "XX"}, "Select a valid choice"),
        ("asks_change", {"change": "  "}, "what the text should say"),
        ("perhaps", {}, "Select a valid choice"),
        ("", {}, "Choose one of the answers"),
    ],
)
def test_an_answer_that_lacks_something_says_what(client, zora, kind, fields, sentence):
    response = answer(client, zora, kind, **fields)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Signature.objects.exists()


def test_hostile_values_are_taken_as_words_or_refused(client, zora):
    nasty = "<script>alert(1)</script>\0 {{ 7 }} {% now %}"
    assert answer(client, zora, name=nasty * 9).status_code == 422
    assert answer(client, zora, seen="\0" * 9).status_code in {409, 422}
    assert answer(client, zora, "asks_change", change=nasty).status_code in {302, 422}
    assert "<script>" not in read(client, zora)
    assert client.post(path_of(zora), b"\xff\xfe", content_type="application/json").status_code == 422


def test_when_the_text_moved_the_answer_is_refused_and_the_page_shows_what_changed(
    client, row, zora, officer, approver
):
    seen = seen_on(client, path_of(zora))
    rewrite(row, officer, approver, "<p>People who were trafficked have a claim to compensation.</p>")

    response = answer(client, zora, seen=seen)

    page = response.content.decode()
    assert response.status_code == 409
    assert "The text has changed since you opened the page." in page
    assert "<del>right</del><ins>claim</ins>" in page
    assert f'name="seen" value="{row.digest()}"' in page
    assert not Signature.objects.exists()
    assert answer(client, zora).status_code == 302


def test_a_language_version_that_is_added_or_taken_out_makes_signatures_lapse(client, row, zora, officer, approver):
    from advocacy.drafting import remove_language
    from tests.advocacy.sign_on_cast import freeze

    answer(client, zora)
    remove_language(row, "fr", actor=officer)
    row.refresh_from_db()
    assert printed_names(row) == []
    freeze(row, officer, approver)

    assert printed_names(row) == [row.owner.name]
    page = read(client, zora)
    assert "This language version was taken out." in page


def test_words_that_come_back_as_they_were_count_again(client, row, zora, officer, approver):
    answer(client, zora)
    was = row.texts.get(language="en").body
    rewrite(row, officer, approver, "<p>Other words.</p>")
    assert printed_names(row) == [row.owner.name]
    rewrite(row, officer, approver, was)
    assert printed_names(row) == [row.owner.name, "Zora"]


def test_a_closed_sign_on_takes_no_answer_and_says_so(client, sign_on, zora, row, officer):
    seen = seen_on(client, path_of(zora))
    inviting.close(sign_on, actor=officer)

    assert answer(client, zora, seen=seen).status_code == 409
    assert "The sign-on is closed." in read(client, zora)
    inviting.reopen(sign_on, actor=officer)
    assert answer(client, zora).status_code == 302


def test_a_link_that_is_used_like_a_machine_is_slowed_down(client, zora):
    for number in range(MOST_AN_HOUR):
        assert answer(client, zora, "asks_change", change=f"Wish {number}").status_code == 302
    response = answer(client, zora, "asks_change", change="One more")

    assert response.status_code == 429
    assert response["Retry-After"] == "3600"
    assert "One more" in response.content.decode()
    assert Signature.objects.count() == MOST_AN_HOUR


def test_a_confidential_organisation_prints_its_name_and_nothing_else(client, row, sign_on, officer):
    house = quiet_house()
    signatory = ask(sign_on, house, officer)
    answer(client, signatory, prints_signer="on")

    one = signatories_of(row)[1]
    assert (one.name, one.country, one.transparency_register_id, one.signer) == ("Quiet House", "", "", "")
    page = read(client, signatory)
    assert "Quiet Lane" not in page
    assert "@" not in page.partition("<main")[2].partition("</main>")[0]


def test_the_answer_to_a_wish_stands_on_the_page(client, zora, officer):
    answer(client, zora, "asks_change", change="Name the fund.")
    inviting.reply(Signature.objects.get(), "We name it in paragraph 2.", actor=officer)

    page = read(client, zora)
    assert "Name the fund." in page
    assert "We name it in paragraph 2." in page


def test_the_page_costs_few_queries_however_many_sign(
    client, sign_on, houses, zora, officer, django_assert_max_num_queries
):
    for name in ("Lighthouse", "Open Harbour", "Night Bus", "Ärmel & Söhne"):
        answer(client, ask(sign_on, houses[name], officer))
    path = path_of(zora)
    with django_assert_max_num_queries(12):
        client.get(path)


def test_the_page_speaks_the_signers_language(client, sign_on, houses, officer):
    signatory = ask(sign_on, houses["Night Bus"], officer)
    Signatory.objects.filter(pk=signatory.pk).update(language="fr")
    assert '<html lang="fr"' in read(client, signatory)
