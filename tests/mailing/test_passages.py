"""Alternative passages: who reads which, settled at the freeze, in every language, and the same bytes both ways."""

import pytest
from django.db import IntegrityError, transaction

from contacts.models import Segment
from mailing import alternatives, audience, lifecycle, merge, places
from mailing.approving import reading_digest
from mailing.dispatch.rendering import Renderer, message_bytes
from mailing.models import Delivery, Mailing, MailingContent, Passage, PassageText, Skeleton
from tests.factories import MailingContentFactory

pytestmark = pytest.mark.django_db

BODY = "<p>{{ salutation }}</p><p>Please support it.</p><p>{{ passage_1 }}</p><p>{{ closing }}</p>"


def passage(mailing, position, texts, *, place=1, **condition):
    """An alternative with its texts: passage(letter, 1, {"en": "<p>…</p>"}, country="AT")."""
    made = Passage.objects.create(mailing=mailing, place=place, position=position, **condition)
    for language, body in texts.items():
        PassageText.objects.create(passage=made, language=language, body=body)
    return made


@pytest.fixture
def split(letter):
    """A letter in English and French: to EPP members, to readers in Austria, and to everybody else."""
    MailingContent.objects.filter(mailing=letter).update(body=BODY)
    MailingContentFactory(mailing=letter, language="fr", body=BODY)
    segment = Segment.objects.create(name="EPP members", criteria={"group": ["EPP"]})
    passage(letter, 1, {"en": "<p>To the EPP, {{ family_name }}.</p>", "fr": "<p>Au PPE.</p>"}, segment=segment)
    passage(letter, 2, {"en": "<p>To Vienna.</p>"}, country="AT")
    passage(letter, 3, {"en": "<p>To all.</p>", "fr": "<p>À tous.</p>"})
    return letter


@pytest.fixture
def readers(member):
    """Two of the EPP (one reads French), one Austrian who reads English, one who is neither."""
    member(group="EPP", country="IE", family_name="Quill")
    member(group="EPP", country="FR", family_name="Besson")
    member(group="SD", country="AT", language="en", family_name="Wagner")
    member(group="SD", country="IE", family_name="Fallow")


def approve(mailing, officer, approver):
    """Approve a letter; gives its deliveries by family name."""
    lifecycle.submit(mailing, actor=officer, approver=approver)
    mailing.refresh_from_db()
    lifecycle.approve(mailing, actor=approver, digest=mailing.review_digest)
    mailing.refresh_from_db()
    return {row.context["family_name"]: row for row in Delivery.objects.filter(mailing=mailing)}


def text_of(delivery):
    """The text part's words between salutation and closing."""
    return merge.render(
        MailingContent.objects.get(mailing=delivery.mailing, language=delivery.language),
        delivery.context,
        delivery.language,
    ).text


def test_the_first_that_fits_is_read_and_everybody_else_reads_the_rest(split, readers, officer, approver):
    rows = approve(split, officer, approver)
    assert "To the EPP, Quill." in text_of(rows["Quill"])
    assert "Au PPE." in text_of(rows["Besson"])
    assert "To Vienna." in text_of(rows["Wagner"])
    assert "To all." in text_of(rows["Fallow"])
    for row in rows.values():
        assert "passage" not in text_of(row)


def test_what_the_preview_counts_is_what_is_frozen(split, readers, officer, approver):
    reading = alternatives.reading_of(split)
    first, second, rest = Passage.objects.order_by("position")
    assert [reading.count(1, one.pk) for one in (first, second, rest)] == [2, 1, 1]
    assert reading.people[1, first.pk] == {"en": 1, "fr": 1}
    frozen = [row.context["passages"] for row in approve(split, officer, approver).values()]
    assert sorted(found["1"] for found in frozen) == sorted([first.pk, first.pk, second.pk, rest.pk])


def test_in_a_language_without_the_passage_the_common_one_stays(split, member, officer, approver):
    member(group="SD", country="AT", language="fr", family_name="Wagner")
    (row,) = approve(split, officer, approver).values()
    assert "À tous." in text_of(row)


def test_without_an_alternative_for_the_others_nothing_stands_there(split, readers, officer, approver):
    Passage.objects.filter(position=3).delete()
    rows = approve(split, officer, approver)
    assert rows["Fallow"].context["passages"] == {"1": 0}
    text = text_of(rows["Fallow"])
    assert "Please support it.\n\nYours sincerely," in text


def test_engine_and_slow_way_give_the_same_bytes_for_every_shape(split, readers, officer, approver):
    rows = approve(split, officer, approver)
    found = {}
    for name, row in rows.items():
        fresh = Renderer(Mailing.objects.get(pk=split.pk))
        assert fresh.message(row) == fresh.message_without_skeleton(row), name
        found[name] = fresh.message(row)
    assert b"To the EPP, Quill." in found["Quill"]
    assert b"To Vienna." in found["Wagner"]
    assert b"To Vienna." not in found["Fallow"]
    assert Skeleton.objects.count() == 4


def test_what_was_sent_is_shown_again_after_the_passage_was_deleted(split, readers, officer, approver):
    rows = approve(split, officer, approver)
    sent = Renderer(Mailing.objects.get(pk=split.pk)).message(rows["Wagner"])
    PassageText.objects.update(body="<p>Something else.</p>")
    assert message_bytes(Delivery.objects.get(pk=rows["Wagner"].pk)) == sent


def test_a_letter_without_places_is_frozen_as_before(letter, member, officer, approver):
    member()
    passage(letter, 1, {"en": "<p>Written and placed nowhere.</p>"})
    (row,) = approve(letter, officer, approver).values()
    assert "passages" not in row.context
    assert places.shape_of(row.context) == ""


def test_a_passage_is_part_of_what_is_approved(split, readers):
    before = reading_digest(Mailing.objects.get(pk=split.pk))[0]
    PassageText.objects.filter(passage__country="AT").update(body="<p>Another word.</p>")
    after = reading_digest(Mailing.objects.get(pk=split.pk))[0]
    assert before != after


def test_a_reader_who_moved_to_another_passage_is_noticed_at_approval(split, member, officer, approver):
    reader = member(group="SD", country="AT", language="en")
    lifecycle.submit(split, actor=officer, approver=approver)
    digest = Mailing.objects.get(pk=split.pk).review_digest
    reader.mandates.update(country="IE")
    reader.country = "IE"
    reader.save()
    assert {r["choice"]["1"] for r in _choices(split)} == {Passage.objects.get(position=3).pk}
    with pytest.raises(lifecycle.Moved):
        lifecycle.approve(split, actor=approver, digest=digest)


def _choices(mailing):
    row = Mailing.objects.get(pk=mailing.pk)
    return audience.people(row).annotate(choice=alternatives.choice_expression(row)).values("choice")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<p>Before {{ passage_1 }} after</p>", "stands among other words"),
        ("<p>{{ passage_1 }}</p><p>{{ passage_1 }}</p>", "stands in this text twice"),
        ("<p>{{ passage_12 }}</p>", "There is no field “passage_12”"),
    ],
)
def test_a_place_stands_alone_and_once(text, sentence):
    assert sentence in " ".join(merge.check(text, html=True))


def test_a_place_is_refused_in_a_subject_and_in_a_passage():
    assert merge.check("{{ passage_1 }}", html=False)
    assert merge.check("<p>{{ passage_2 }}</p>", html=True, may_place=False)
    assert merge.check("<p>&nbsp;{{ passage_1 }} </p><ul><li>{{ passage_2 }}</li></ul>", html=True) == []


def test_a_passage_in_a_list_stays_an_item_and_an_empty_one_goes():
    html = "<ol><li>One</li><li>{{ passage_1 }}</li></ol>"
    assert places.expanded(html, lambda _place: "<p>Two</p>") == "<ol><li>One</li><li>Two</li></ol>"
    assert places.expanded(html, lambda _place: "") == "<ol><li>One</li></ol>"


def test_the_database_takes_one_condition_and_one_text_for_everybody_else(letter):
    passage(letter, 1, {})
    with pytest.raises(IntegrityError), transaction.atomic():
        passage(letter, 2, {})
    with pytest.raises(IntegrityError), transaction.atomic():
        passage(letter, 2, {}, country="AT", criteria={"group": ["EPP"]})
    with pytest.raises(IntegrityError), transaction.atomic():
        passage(letter, 2, {}, place=10, country="AT")
