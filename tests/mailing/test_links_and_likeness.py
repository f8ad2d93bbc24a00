"""The checklist looks at links by their form, at pictures, and for a letter that was sent in nearly the same words."""

import pytest
from django.utils import timezone

from mailing import checklist, lifecycle, likeness
from mailing.link_forms import problem_of
from mailing.models import AudienceRule, Delivery, Mailing, MailingContent
from tests.factories import MailingContentFactory, MailingFactory

pytestmark = pytest.mark.django_db

WORDS = "People who were trafficked have a right to compensation and often wait years for a decision of a court."


def lines(mailing):
    found = checklist.run(Mailing.objects.get(pk=mailing.pk))
    return {item.key: item for item in found.items}


def write(body):
    MailingContent.objects.update(body=f"<p>{{{{ salutation }}}}</p>{body}<p>{{{{ closing }}}}</p>")


@pytest.mark.parametrize(
    ("address", "words", "tone", "part"),
    [
        ("https://platform.example/plan", "", "", ""),
        ("https://www.platform.example/a?b=c#d", "platform.example", "", ""),
        ("https://platform.example/plan", "https://platform.example/plan", "", ""),
        ("https://platform.example/plan", "our plan", "", ""),
        ("mailto:ana@platform.example?subject=Hello", "", "", ""),
        ("http://platform.example", "", "bad", "https://"),
        ("ftp://platform.example", "", "bad", "https://"),
        ("platform.example", "", "bad", "https://"),
        ("", "", "bad", "https://"),
        ("https://platform", "", "bad", "no host"),
        ("https:///plan", "", "bad", "no host"),
        ("https://127.0.0.1/plan", "", "bad", "no host"),
        ("https://[::1]/plan", "", "bad", "no host"),
        ("https://[::1/plan", "", "bad", "no address"),
        ("https://printer.local/", "", "bad", "no host"),
        ("https://user:pass@platform.example/", "", "bad", "password"),
        ("https://platform.example/the plan", "", "bad", "space"),
        ("https://bit.ly/3abc", "", "bad", "shortened"),
        ("https://WWW.TinyURL.com/x", "", "bad", "shortened"),
        ("https://platform.example/?utm_source=letter", "", "warn", "follows"),
        ("https://platform.example/?a=1&fbclid=2", "", "warn", "follows"),
        ("https://elsewhere.example/", "platform.example/plan", "warn", "elsewhere.example"),
        ("mailto:ana@platform", "", "bad", ""),
        ("mailto:", "", "bad", ""),
    ],
)
def test_a_link_by_its_form(address, words, tone, part):
    found, why = problem_of(address, words)
    assert found == tone
    assert part in why


def test_a_link_that_cannot_work_blocks_and_leads_to_its_text(letter, member):
    member()
    write('<p><a href="https://plan/">the plan</a></p>')
    item = lines(letter)["link"]
    assert (item.tone, item.title) == ("bad", "A link in the English text is not in order")
    assert item.detail == "the plan: “plan” is no host that others can reach."
    assert item.url.endswith("/write/?lang=en")


def test_links_in_order_are_counted_and_a_field_is_none_of_them(letter, member):
    member()
    write(
        '<p><a href="https://a.example/">a</a> <a href="{{ statement_link }}">b</a> <a href="https://c.example/">c</a></p>'
    )
    assert lines(letter)["link"].title == "2 links, all in good form"


def test_a_language_that_is_not_reviewed_is_not_looked_at(letter, member):
    member()
    MailingContentFactory(mailing=letter, language="fr", is_reviewed=False, body='<p><a href="http://x">x</a></p>')
    assert "link" not in lines(letter)


def test_a_picture_without_words_is_worth_a_look(letter, member):
    member()
    write('<p><img src="https://a.example/x.png"><img src="y.png" alt="The plan"></p>')
    item = lines(letter)["picture"]
    assert (item.tone, item.title) == (
        "warn",
        "1 picture in the English text has no words for those who do not see it",
    )


@pytest.fixture
def sent_before(letter, officer):
    """A letter in nearly these words that left two days ago; to(people) says to whom."""
    write(f"<p>{WORDS}</p>")
    other = MailingFactory(author=officer, owner=letter.owner, frozen_at=timezone.now())
    MailingContentFactory(
        mailing=other, body=f"<p>{{{{ salutation }}}}</p><p>{WORDS} Please.</p><p>{{{{ closing }}}}</p>"
    )

    def to(people, **row):
        for person in people:
            values = {"language": "en", "status": "sent", "sent_at": timezone.now(), "queued_at": timezone.now()}
            Delivery.objects.create(mailing=other, contact=person, **(values | row))
        return other

    return to


def test_almost_the_same_letter_to_almost_the_same_people_is_said(letter, member, sent_before):
    people = [member() for _number in range(4)]
    other = sent_before(people[:3])
    item = lines(letter)["alike"]
    assert (item.tone, item.title) == ("warn", "Almost the same letter goes to almost the same people")
    assert item.detail.startswith(f"{other.reference} of ")
    assert "3 of these 4 people" in item.detail


def test_other_people_or_other_words_are_another_letter(letter, member, sent_before):
    people = [member() for _number in range(4)]
    other = sent_before(people[:1])
    assert "alike" not in lines(letter)
    Delivery.objects.filter(mailing=other).delete()
    sent_before(people)
    MailingContent.objects.filter(mailing=other).update(body="<p>We invite you to a hearing on the third of May.</p>")
    assert "alike" not in lines(letter)


def test_whoever_was_left_out_then_did_not_get_it(letter, member, sent_before):
    people = [member() for _number in range(4)]
    sent_before(people, status="skipped", skip_reason="objected", sent_at=None)
    assert "alike" not in lines(letter)


def test_likeness_of_short_texts():
    one, other = likeness.sequences("<p>a b</p>"), likeness.sequences("<p>a b</p>")
    assert likeness.overlap(one, other) == 1.0
    assert likeness.overlap(likeness.sequences(""), other) == 0.0
    assert likeness.overlap(likeness.sequences("a b c d"), likeness.sequences("x y z")) == 0.0


def test_a_blocking_link_keeps_a_letter_from_approval(letter, member, officer, approver):
    member()
    write('<p><a href="https://bit.ly/x">x</a></p>')
    with pytest.raises(lifecycle.LifecycleError, match="Not yet: A link in the English text"):
        lifecycle.submit(letter, actor=officer, approver=approver)
    AudienceRule.objects.all().delete()
