"""What came back is told in plain words on the report and on each letter, and nothing is called delivered unproved."""

import pytest
from django.urls import reverse

from mailing import outcomes
from mailing.models import Delivery, DeliveryEvent
from mailing.signs import answers, sentence_of, timeline_of, words_of
from mailing.story import state_of
from tests.letters import letter_being_sent
from tests.mailing.coming_back import accepted_letter, comes_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(sign_in, officer):
    client = sign_in(officer)

    def get(name, delivery, query="", **arguments):
        url = reverse(f"mailing:{name}", args=[delivery.mailing.reference, *arguments.values()])
        response = client.get(url + query)
        assert response.status_code == 200
        return response.content.decode()

    return get


def letter(shown, delivery):
    return shown("delivery_letter", delivery, public_id=delivery.public_id)


def test_an_accepted_letter_is_not_called_delivered(shown):
    delivery = accepted_letter()
    assert state_of(delivery)["word"] == "Accepted"
    assert "Delivered" not in letter(shown, delivery)
    assert "Delivered" not in shown("letter_report", delivery)


@pytest.mark.parametrize(
    ("sample", "word", "sentence"),
    [
        ("postfix-delivered", "Delivered", "Delivered: the recipient&#x27;s mail server took it"),
        ("postfix-unknown-user", "Bounced", "Bounced: it came back, or a server on the way gave up"),
        ("postfix-delayed", "Accepted", "has not delivered it yet and keeps trying"),
        ("complaint-arf", "Complained", "we do not write to this address again"),
        ("reply-plain", "Replied", "Answer from Aoife Brennan"),
        ("auto-reply-exchange", "Accepted", "An automatic reply came back, naming this letter"),
    ],
)
def test_each_thing_that_comes_back_is_told_in_words(shown, sample, word, sentence):
    _mail, delivery = comes_back(sample, accepted_letter())
    assert state_of(delivery)["word"] == word
    text = letter(shown, delivery)
    assert sentence in text
    assert word in text


def test_the_words_of_an_answer_stand_on_its_letters_page_and_those_of_a_machine_do_not(shown):
    _mail, delivery = comes_back("reply-plain", accepted_letter())
    assert "I will support the first two points" in letter(shown, delivery)
    _mail, delivery = comes_back("auto-reply-vacation", accepted_letter())
    assert "I am away" not in letter(shown, delivery)


def test_a_servers_words_stand_beside_the_sentence_without_an_address(shown):
    _mail, delivery = comes_back("postfix-unknown-user", accepted_letter())
    text = letter(shown, delivery)
    assert "<code>550 5.1.1 (address): Recipient address rejected" in text


def test_the_report_counts_answers_and_bounces(shown):
    _mail, delivery = comes_back("reply-plain", accepted_letter())
    comes_back("auto-reply-vacation", delivery)
    found = answers(delivery.mailing)
    assert (found.replied, found.automatic, found.bounced) == (1, 1, 0)
    text = shown("letter_report", delivery)
    assert "and 1 automatic reply, not counted" in text
    assert "Replied 1" in text
    assert "?tab=replied" in text
    assert delivery.context["name"] in shown("letter_report", delivery, "?tab=replied")


def test_a_bounced_letter_stands_among_the_problems_and_is_counted_there(shown):
    _mail, delivery = comes_back("postfix-mailbox-full", accepted_letter())
    text = shown("letter_report", delivery, "?tab=problems")
    assert "Problems 1" in text
    assert delivery.context["name"] in text


def test_before_anything_came_back_the_report_shows_no_figures_of_it(shown):
    assert not answers(accepted_letter().mailing).some
    assert 'class="tiles"' not in shown("letter_report", accepted_letter())


@pytest.mark.parametrize(
    ("sample", "word"),
    [(None, "No sign either way"), ("auto-reply-exchange", "Probably arrived"),
     ("postfix-to-sender-without-verp", "Perhaps it came back")],
)  # fmt: skip
def test_whoever_settles_a_doubt_sees_the_signs(shown, sample, word):
    delivery = accepted_letter(status="uncertain", error_kind="outcome_unknown", error_detail="worker lost")
    if sample:
        _mail, delivery = comes_back(sample, delivery)
    assert delivery.status == "uncertain"
    text = shown("letter_report", delivery)
    assert word in text
    assert "Treat as arrived" in text


@pytest.mark.parametrize("sample", ["postfix-unknown-user", "postfix-delivered", "postfix-delayed", "reply-plain"])
def test_proof_settles_a_doubt_and_the_letters_page_tells_which(shown, sample):
    delivery = accepted_letter(status="uncertain", error_kind="outcome_unknown")
    _mail, delivery = comes_back(sample, delivery)
    assert delivery.status == "sent"
    assert "Settled as accepted:" in letter(shown, delivery)
    assert "may or may not have arrived" not in shown("letter_report", delivery)


def test_every_kind_of_event_has_a_sentence():
    kinds = [value for name, value in vars(outcomes).items() if name.isupper() and isinstance(value, str)]
    kinds = [kind for kind in kinds if kind not in (outcomes.HARD_BOUNCE, outcomes.COMPLAINT)]
    assert len(kinds) == 10
    for kind in kinds:
        event = DeliveryEvent(kind=kind)
        assert sentence_of(event) != kind
        assert words_of(event) == ""


def test_the_report_costs_the_same_for_one_answer_and_for_thirty(shown, django_assert_max_num_queries):
    mailing = letter_being_sent(30)
    mailing.deliveries.update(status="sent", sent_at=mailing.started_at, replied_at=mailing.started_at)
    with django_assert_max_num_queries(12):
        text = shown("letter_report", Delivery.objects.filter(mailing=mailing).first(), "?tab=replied")
    assert text.count('scope="row"') == 30


def test_a_letters_history_is_told_newest_first_and_an_answer_once():
    _mail, delivery = comes_back("reply-plain", accepted_letter())
    lines = timeline_of(delivery)
    assert [line.sentence for line in lines] == [
        "Answer from Aoife Brennan",
        "Accepted by the mail server",
        "Frozen at approval",
    ]
    assert lines[0].quote.startswith("Thank you for this.")
    assert "> Dear Member" not in lines[0].quote
