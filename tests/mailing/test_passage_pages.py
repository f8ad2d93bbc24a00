"""The pages on which passages and asks are written: no script needed, few queries, and nothing overwritten."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from advocacy.models import Ask, AskText
from contacts.models import Segment
from mailing.checklist import run
from mailing.models import Mailing, MailingAsk, MailingContent, Passage, PassageText
from tests.factories import BodyFactory, MailingContentFactory

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def page(response):
    """A response as text."""
    return response.content.decode()


def address(name, mailing, *more):
    """The address of a page of a letter."""
    return reverse(f"mailing:{name}", args=[mailing.reference, *more])


def typed(**fields):
    """What the form of a passage sends."""
    return {"edition": 0, "page": "", "who": "country", "country": "AT", "body": "<p>To Vienna.</p>", **fields}


@pytest.fixture
def client(sign_in, officer):
    return sign_in(officer)


@pytest.fixture
def austrian(letter, client):
    """A passage for Austria, written by the page."""
    client.post(address("passage_create", letter), typed())
    return Passage.objects.get()


def test_a_passage_is_written_in_one_post_and_counted_on_its_page(letter, member, client):
    member(country="AT", language="en")
    member(country="IE")
    answer = client.post(address("passage_create", letter), typed(), follow=True)
    shown = page(answer)
    assert "Austria" in shown
    assert "1 person reads this." in shown
    assert "1 person reads nothing here." in shown
    client.post(address("passage_create", letter) + "?place=1", typed(who="rest", body="<p>To all.</p>"))
    shown = page(client.get(address("passage_list", letter)))
    assert "Everybody else" in shown
    assert "0 people read nothing here." in shown


def test_a_rule_of_the_passage_alone_reads_as_a_sentence(letter, member, client):
    BodyFactory(kind="group", code="EPP")
    member(group="EPP")
    client.post(address("passage_create", letter), typed(who="rule", country="", **{"who-groups": "EPP"}))
    passage = Passage.objects.get()
    assert passage.criteria == {"group": ["EPP"]}
    assert "1 person reads this." in page(client.get(address("passage_list", letter)))
    assert "EPP" in page(client.get(address("passage_edit", letter, passage.pk)))


def test_a_saved_audience_can_be_chosen(letter, client, officer):
    segment = Segment.objects.create(name="EPP members", criteria={"group": ["EPP"]})
    client.post(address("passage_create", letter), typed(who="segment", segment=segment.pk, country=""))
    assert Passage.objects.get().segment == segment
    assert "EPP members" in page(client.get(address("passage_list", letter)))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"country": ""}, "Choose one, or choose somebody else above."),
        ({"who": "segment"}, "Choose one, or choose somebody else above."),
        ({"who": "rule"}, "Choose at least one condition."),
        ({"body": "<p>{{ famly_name }}</p>"}, "Did you mean family_name?"),
        ({"body": "<p>{{ passage_2 }}</p>"}, "There is no field “passage_2”"),
    ],
)
def test_what_cannot_be_saved_says_why_and_keeps_what_was_typed(letter, client, fields, sentence):
    refused = client.post(address("passage_create", letter), typed(**fields))
    assert refused.status_code == 422
    assert sentence in page(refused)
    assert not Passage.objects.exists()


def test_a_second_text_for_everybody_else_is_refused_on_the_page(letter, client):
    client.post(address("passage_create", letter), typed(who="rest"))
    refused = client.post(address("passage_create", letter) + "?place=1", typed(who="rest"))
    assert refused.status_code == 422
    assert "There is a text for everybody else already." in page(refused)


def test_two_editors_of_a_passage_see_both_wordings(letter, austrian, client):
    PassageText.objects.update(edition=2, body="<p>Theirs.</p>")
    conflict = client.post(address("passage_edit", letter, austrian.pk), typed(edition=1, body="<p>Mine.</p>"))
    assert conflict.status_code == 409
    assert "Theirs." in page(conflict)
    assert "Mine." in page(conflict)
    assert PassageText.objects.get().body == "<p>Theirs.</p>"
    client.post(address("passage_edit", letter, austrian.pk), typed(edition=2, body="<p>Mine.</p>"))
    assert PassageText.objects.get().body == "<p>Mine.</p>"


def test_each_language_of_the_letter_has_its_own_wording(letter, austrian, client):
    MailingContentFactory(mailing=letter, language="fr")
    url = address("passage_edit", letter, austrian.pk) + "?lang=fr"
    assert "Missing" in page(client.get(url))
    client.post(url, typed(body="<p>À Vienne.</p>"))
    assert dict(PassageText.objects.values_list("language", "body")) == {
        "en": "<p>To Vienna.</p>",
        "fr": "<p>À Vienne.</p>",
    }


def test_order_and_removal_are_buttons(letter, austrian, client):
    client.post(address("passage_create", letter) + "?place=1", typed(country="IE"))
    irish = Passage.objects.get(country="IE")
    client.post(address("passage_move", letter, irish.pk), {"up": "1"})
    assert list(Passage.objects.order_by("position").values_list("country", flat=True)) == ["IE", "AT"]
    client.post(address("passage_remove", letter, irish.pk))
    assert Passage.objects.get() == austrian


def test_the_passage_of_another_letter_is_not_found(letter, austrian, client):
    other = Mailing.objects.create(reference="TST-X", title="Other", sender=letter.sender, owner=letter.owner)
    assert client.get(address("passage_edit", other, austrian.pk)).status_code == 404
    assert client.post(address("passage_remove", other, austrian.pk)).status_code == 404


def test_beside_the_editor_the_card_comes_alone(letter, austrian, client):
    card = page(client.get(address("passage_list", letter), headers={"HX-Request": "true"}))
    assert "<html" not in card
    assert 'data-insert-field="passage_1"' in card
    assert address("passage_list", letter) in page(client.get(address("letter_write", letter)))


def test_the_chip_of_a_place_is_known_to_the_editor(letter, austrian, client):
    shown = page(client.get(address("letter_write", letter)))
    assert "passage_1" in shown
    assert "Passage 1" in shown


def test_the_page_of_passages_costs_the_same_for_one_and_for_nine(letter, member, client):
    member(country="AT", language="en")
    client.post(address("passage_create", letter), typed())
    url = address("passage_list", letter)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for country in ("IE", "FR", "DE", "BE", "NL", "PL", "ES"):
        client.post(address("passage_create", letter) + "?place=1", typed(country=country))
        client.post(address("passage_create", letter), typed(country=country))
        member(country=country, language="en")
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(few) == len(many) <= MOST_QUERIES, [query["sql"][:120] for query in many]
    url = address("letter_write", letter)
    client.get(url)
    with CaptureQueriesContext(connection) as writing:
        client.get(url)
    assert len(writing) <= MOST_QUERIES, [query["sql"][:120] for query in writing]


def test_an_ask_is_put_in_with_what_was_typed(letter, client):
    ask = Ask.objects.create(slug="free-legal-aid")
    AskText.objects.create(ask=ask, language="en", title="Free legal aid")
    sent = {"edition": 1, "subject": "Typed", "body": "<p>Typed.</p><p>{{ closing }}</p>", "is_reviewed": "on"}
    shown = page(client.post(address("letter_write", letter), {**sent, "ask": ask.pk, "put": "ask"}, follow=True))
    assert "The ask stands before the closing now, in: English." in shown
    body = MailingContent.objects.get().body
    assert body == "<p>Typed.</p><ol><li><strong>Free legal aid</strong></li></ol><p>{{ closing }}</p>"
    assert "Not in this letter" in shown
    client.post(address("ask_remove", letter, ask.pk))
    assert not MailingAsk.objects.exists()


def test_without_a_choice_no_ask_is_put_in(letter, client):
    sent = {"edition": 1, "subject": "Typed", "body": "<p>Typed.</p>", "ask": "", "put": "ask"}
    assert "Choose an ask first." in page(client.post(address("letter_write", letter), sent, follow=True))
    assert MailingContent.objects.get().body == "<p>Typed.</p>"


def checks(mailing):
    """Key → lines of the checklist that are no mere information."""
    items = run(Mailing.objects.get(pk=mailing.pk)).items
    return {item.key: (item.tone, item.title) for item in items}


def test_the_checklist_blocks_a_place_without_a_wording(letter, member):
    member()
    MailingContent.objects.update(body="<p>{{ salutation }}</p><p>{{ passage_3 }}</p>")
    assert checks(letter)["passage"] == ("bad", "Passage 3 stands in the text and has no wording")


def test_the_checklist_tells_who_reads_nothing_and_what_nobody_reads(letter, austrian, member):
    member(country="IE")
    found = checks(letter)
    assert found["unread"] == ("warn", "Nobody reads 1 passage")
    assert found["nothing"] == ("warn", "1 reader gets no passage")
    Passage.objects.create(mailing=letter, place=2, position=1, country="AT")
    assert checks(letter)["passage"] == ("warn", "Passage 2 stands in no text")


def test_an_empty_field_of_a_passage_is_counted_for_its_readers_alone(letter, austrian, member):
    PassageText.objects.update(body="<p>{{ group }}</p>")
    member(country="AT", language="en")
    member(country="IE")
    assert checks(letter)["empty"] == ("bad", "Political group is empty in 1 letter")


def test_a_bad_link_in_a_passage_blocks_as_one_in_the_text_does(letter, austrian, member):
    member(country="AT", language="en")
    PassageText.objects.update(body='<p><a href="https://localhost/x">here</a></p>')
    assert checks(letter)["link"][0] in {"bad", "warn"}


def test_whoever_may_only_look_reads_each_wording_and_changes_nothing(letter, austrian, sign_in, viewer):
    client = sign_in(viewer)
    shown = page(client.get(address("passage_list", letter)))
    assert "To Vienna." in shown
    assert "Remove" not in shown
    assert address("passage_create", letter) not in shown
    assert client.get(address("passage_edit", letter, austrian.pk)).status_code == 403
    assert client.post(address("passage_remove", letter, austrian.pk)).status_code == 403


@pytest.mark.parametrize("name", ["letter_check", "letter_approve", "letter_audience"])
def test_steps_of_a_letter_with_passages_cost_the_same_for_few_and_for_many(name, letter, austrian, member, client):
    # Four more than without: passages, wordings, picks of their segments, and the words that their rules may use.
    segment = Segment.objects.create(name="EPP members", criteria={"group": ["EPP"]})
    client.post(address("passage_create", letter) + "?place=1", typed(who="segment", segment=segment.pk))
    member(country="AT", language="en")
    url = address(name, letter)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for country in ("IE", "FR", "DE", "BE"):
        client.post(address("passage_create", letter) + "?place=1", typed(country=country))
        client.post(address("passage_create", letter), typed(country=country))
        member(country=country, language="en")
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(few) == len(many) <= MOST_QUERIES + 4, [query["sql"][:120] for query in many]
