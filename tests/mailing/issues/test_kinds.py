"""What the readers of an issue get differs by language and topics: each kind is counted, shown and tried out."""

import re

import pytest
from django.urls import reverse

from contacts.counting import most
from contacts.models import people
from contacts.topics import MOST
from mailing import checklist, issue_kinds, lifecycle
from mailing.models import Block, Mailing, Review, Skeleton
from mailing.places import MOST_PLACES, shape_of
from tests.mailing.issues.hands import page
from transport.models import SystemMail

pytestmark = pytest.mark.django_db
# The widest id that a row can have.
WIDEST = 2**63 - 1


@pytest.fixture
def topics(monthly):
    return list(monthly.topics.order_by("position"))


@pytest.fixture
def mixed(reviewed, readers, topics):
    """Three read English without topics, two English on law, one French on both, and one has no address."""
    law, work = topics
    readers(3)
    readers(2, topics=[law])
    readers(1, topics=[work, law], language="fr")
    readers(1, topics=[work], email="")
    return reviewed


def kinds_of(mailing):
    mailing = Mailing.objects.get(pk=mailing.pk)
    found = checklist.run(mailing)
    return issue_kinds.kinds_of(mailing, found.preview, found.readers)


def told(kinds):
    return [(kind.title, kind.readers) for kind in kinds.shown]


def address(name, mailing):
    return reverse(f"mailing:{name}", args=[mailing.reference])


MIXED = [
    ("English: no topic", 3),
    ("English: Law in Brussels", 2),
    ("French: Law in Brussels, Work and wages", 1),
]


def test_every_kind_of_message_is_counted_with_those_who_read_it_most_first(mixed):
    assert told(kinds_of(mixed)) == MIXED


def test_more_readers_than_a_page_reads_are_all_counted(mixed, monkeypatch):
    monkeypatch.setattr(people, "MOST_COUNTED", 2)
    assert most() == 2
    assert told(kinds_of(mixed)) == MIXED


def test_without_topics_in_the_issue_kinds_are_languages(mixed, monkeypatch):
    Block.objects.update(topic=None)
    expected = [("English: the whole issue", 5), ("French: the whole issue", 1)]
    assert told(kinds_of(mixed)) == expected
    monkeypatch.setattr(people, "MOST_COUNTED", 2)
    assert told(kinds_of(mixed)) == expected


def test_of_many_kinds_the_rest_is_told_as_a_number_and_chosen_by_topics(mixed, desk, monkeypatch):
    assert "not shown" not in page(desk.get(address("letter_approve", mixed)))
    monkeypatch.setattr(issue_kinds, "SHOWN", 1)
    found = kinds_of(mixed)
    assert (told(found), found.more, found.more_readers, found.total) == (MIXED[:1], 2, 3, 3)
    for name in ("letter_approve", "letter_check"):
        shown = page(desk.get(address(name, mixed)))
        assert "2 more kinds are not shown (3 readers)." in shown
        assert shown.count('type="checkbox" name="topics"') >= 2


@pytest.mark.parametrize("name", ["letter_approve", "letter_check"])
def test_the_message_of_each_kind_is_one_click_away_and_names_nobody(mixed, desk, name):
    shown = page(desk.get(address(name, mixed)))
    for title, readers in MIXED:
        assert title in shown
        assert f"{readers} reader" in shown
    for person in mixed.contact_list.subscriptions.select_related("contact"):
        assert person.contact.family_name not in shown
    links = re.findall(r'href="(/desk/newsletters/[^"]+/preview/\?lang=[^"]+)"', shown)
    assert len(links) == 3
    heads = []
    for link in links:
        frame = re.search(r'<iframe[^>]*src="([^"]+)"', page(desk.get(link)))[1]
        message = page(desk.get(frame))
        heads.append([n for n in (1, 2, 3) if f"Block {n}" in message])
        assert ("Words 1 (fr)" in message) == ("lang=fr" in link)
    assert heads == [[1], [1, 2], [1, 2, 3]]


def test_who_approves_reads_one_message_of_each_kind(mixed, sign_in, officer, approver):
    row = lifecycle.submit(mixed, actor=officer, approver=approver)
    client = sign_in(approver)
    frames = re.findall(r'<iframe[^>]*src="([^"]+)"', page(client.get(address("letter_approve", row))))
    assert len(frames) == 3
    assert "Block 3" in page(client.get(frames[2]))


def test_who_approves_reads_the_subject_and_preheader_of_each_language(mixed, sign_in, officer, approver):
    mixed.contents.filter(language="en").update(subject="Who pays, and why", preheader="")
    mixed.contents.filter(language="fr").update(subject="Qui paie ?", preheader="Ce que nous avons publié")
    row = lifecycle.submit(mixed, actor=officer, approver=approver)
    shown = page(sign_in(approver).get(address("letter_approve", row)))
    assert shown.count('<dd lang="en"><strong>Who pays, and why</strong></dd>') == 2
    assert shown.count('<dd lang="en">–</dd>') == 2
    assert shown.count('<dd lang="fr"><strong>Qui paie ?</strong></dd>') == 1
    assert shown.count('<dd lang="fr">Ce que nous avons publié</dd>') == 1


def test_what_was_read_keeps_the_kinds_and_no_person(mixed, sign_in, officer, approver):
    row = lifecycle.submit(mixed, actor=officer, approver=approver)
    lifecycle.approve(row, actor=approver, digest=row.review_digest)
    review = Review.objects.get()
    assert [(one["topics"], one["why"], one["language"]) for one in review.previews] == [
        ("no topic", "3 readers", "en"),
        ("Law in Brussels", "2 readers", "en"),
        ("Law in Brussels, Work and wages", "1 reader", "fr"),
    ]
    assert not any("contact" in one for one in review.previews)
    shown = page(sign_in(officer).get(reverse("mailing:letter_review", args=[row.reference, review.pk])))
    assert "Law in Brussels, Work and wages" in shown
    assert "1 reader (French)" in shown


@pytest.fixture
def trial(desk, mixed):
    """Asks for a test on the page of the checklist; gives the page and the mails that wait."""

    def ask(**fields):
        answer = desk.post(address("letter_test", mixed), {"to": "boris@platform.example", **fields}, follow=True)
        assert answer.status_code == 200
        return page(answer), list(SystemMail.objects.filter(purpose="plain").order_by("pk"))

    return ask


def blocks_in(mail):
    return [n for n in (1, 2, 3) if f"BLOCK {n}" in mail.context["text"] and f"Block {n}" in mail.context["html"]]


def test_a_test_has_every_topic_unless_one_is_unticked(desk, mixed, trial, topics):
    form = page(desk.get(address("letter_check", mixed)))
    form = form[form.index('id="test"') :]
    form = form[: form.index("</form>")]
    boxes = re.findall(r'<input type="checkbox" name="topics" value="(\d+)" checked>', form)
    assert boxes == [str(topic.pk) for topic in topics]
    _page, mails = trial(lang="en", topics=["none", *boxes])
    assert [blocks_in(mail) for mail in mails] == [[1, 2, 3]]
    assert mails[0].context["subject"] == "[Test] November (en)"


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [([], [1]), ([0], [1, 2]), ([1], [1, 3]), ([0, 1], [1, 2, 3])],
    ids=["none", "law", "work", "both"],
)
def test_a_test_has_just_the_blocks_of_the_topics_that_were_ticked(trial, topics, mixed, chosen, expected):
    _page, mails = trial(lang="fr", topics=["none", *(str(topics[number].pk) for number in chosen)])
    assert [(mail.language, blocks_in(mail)) for mail in mails] == [("fr", expected)]
    assert "Words 1 (fr)" in mails[0].context["html"]
    assert Mailing.objects.get(pk=mixed.pk).tested_version == mixed.version


def test_one_in_each_language_has_the_same_topics(trial, topics):
    shown, mails = trial(each="1", topics=["none", str(topics[1].pk)])
    assert "2 tests are on their way" in shown
    assert [(mail.language, blocks_in(mail)) for mail in mails] == [("en", [1, 3]), ("fr", [1, 3])]


def test_an_issue_can_be_tried_out_before_it_has_readers(desk, reviewed):
    assert "Send me the test" in page(desk.get(address("letter_check", reviewed)))
    desk.post(address("letter_test", reviewed), {"to": "boris@platform.example", "lang": "fr"})
    assert blocks_in(SystemMail.objects.get()) == [1, 2, 3]


def test_in_each_language_that_nobody_reads_is_no_test(desk, reviewed):
    fields = {"to": "boris@platform.example", "each": "1"}
    answer = desk.post(address("letter_test", reviewed), fields, follow=True)
    assert "Nobody gets this issue yet." in page(answer)
    assert not SystemMail.objects.exists()


@pytest.mark.parametrize("language", ["de", "xx", "\0", "<b>", "e" * 5000])
def test_a_language_the_issue_has_not_gets_a_sentence(trial, language):
    shown, mails = trial(lang=language)
    assert "The test was not sent: the issue has no version in this language." in shown
    assert mails == []


@pytest.mark.parametrize("wrong", ["99999999999999999999", "-1", "\0", "law"])
def test_a_topic_that_is_none_of_the_issue_changes_nothing(trial, wrong):
    _page, mails = trial(lang="en", topics=["none", wrong])
    assert [blocks_in(mail) for mail in mails] == [[1]]


def test_the_widest_choice_of_topics_or_passages_has_room_where_messages_are_kept():
    room = Skeleton._meta.get_field("shape").max_length
    assert len(shape_of({"topics": [WIDEST - number for number in range(MOST)]})) <= room
    assert len(shape_of({"passages": {str(place): WIDEST for place in range(1, MOST_PLACES + 1)}})) <= room
