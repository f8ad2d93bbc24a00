"""Following up: when it is due, whom it goes to, how it is threaded, and who is taken out on the way."""

import datetime as dt
import email
import email.policy

import pytest
from django.utils import timezone

from contacts.models import Suppression
from contacts.suppression import suppress
from mailing import audience, bell, follow_ups, lifecycle, outcomes, working_days
from mailing.dispatch import sending
from mailing.dispatch.rendering import Renderer, message_bytes
from mailing.models import Delivery, Holiday, Mailing, ParliamentWeek
from mailing.outcomes import Outcome
from tests.letters import letter_being_sent
from tests.mailing.transports import FakeTransport

pytestmark = pytest.mark.django_db

# A Friday; ten working days later it is Friday the 4th of December.
FRIDAY = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def calm(monkeypatch, settings):
    monkeypatch.setattr(bell, "ring", lambda *arguments, **options: True)
    settings.LEASE_SECONDS = 30
    settings.FOLLOW_UP_DAYS = 10


@pytest.fixture
def first(salutations, officer):
    """A letter that five people got, three weeks ago."""
    mailing = letter_being_sent(5, author=officer)
    sending.run(mailing.pk, open_with=FakeTransport())
    long_ago = timezone.now() - dt.timedelta(days=21)
    Mailing.objects.filter(pk=mailing.pk).update(finished_at=long_ago, started_at=long_ago)
    mailing.refresh_from_db()
    assert mailing.status == Mailing.Status.FINISHED
    return mailing


def answer(delivery, kind=outcomes.REPLIED):
    outcomes.apply(delivery, Outcome(kind, key=f"test:{kind}:{delivery.pk}", at=timezone.now()))


def people_of(mailing) -> list[int]:
    return sorted(mailing.deliveries.values_list("contact_id", flat=True))


def approved_of(mailing, officer, approver) -> Mailing:
    """The draft, read, submitted and approved."""
    mailing.contents.update(is_reviewed=True)
    mailing = lifecycle.submit(mailing, actor=officer, approver=approver)
    return lifecycle.approve(mailing, actor=approver, digest=mailing.review_digest)


def begun(mailing, officer) -> Mailing:
    lifecycle.schedule(mailing, actor=officer)
    Mailing.objects.filter(pk=mailing.pk).update(scheduled_at=timezone.now() - dt.timedelta(seconds=1))
    lifecycle.start_due()
    return Mailing.objects.get(pk=mailing.pk)


def test_working_days_leave_out_weekends_holidays_and_recess():
    day = FRIDAY.date()
    assert working_days.after(day, 10) == dt.date(2026, 12, 4)
    Holiday.objects.create(day=dt.date(2026, 11, 25), name="A day off")
    ParliamentWeek.objects.create(monday=dt.date(2026, 11, 30), kind="recess")
    ParliamentWeek.objects.create(monday=dt.date(2026, 12, 7), kind="groups")
    off = working_days.days_off(day, dt.date(2026, 12, 31))
    assert working_days.after(day, 10, off) == dt.date(2026, 12, 14)


def test_a_table_full_of_holidays_ends_the_count():
    day = FRIDAY.date()
    off = [day + dt.timedelta(days=number) for number in range(1000)]
    assert working_days.after(day, 1, off) == day + working_days.FURTHEST


def test_it_goes_to_exactly_those_who_have_not_answered(first, officer):
    quiet, replied, automatic, bounced, objector = first.deliveries.order_by("id")
    answer(replied)
    answer(automatic, outcomes.AUTO_REPLIED)
    answer(bounced, outcomes.BOUNCED)
    suppress(objector.email, scope="letters", reason=Suppression.Reason.OBJECTION)
    silence = follow_ups.silence_of(first)
    assert (silence.accepted, silence.replied, silence.bounced, silence.blocked) == (5, 1, 1, 1)
    assert silence.unanswered == 2

    draft = follow_ups.draft(first, actor=officer)
    draft.contents.update(is_reviewed=True)

    keys = audience.preview(draft).recipient_keys
    assert sorted(pk for pk, _key, _language in keys) == sorted([quiet.contact_id, automatic.contact_id])


def test_the_draft_answers_the_first_letter_in_its_languages_and_nobody_has_reviewed_it(first, officer):
    first.contents.create(language="de", subject="Re: Entschädigung", body="<p>x</p>", is_reviewed=True)
    draft = follow_ups.draft(first, actor=officer)
    texts = {text.language: text for text in draft.contents.all()}
    assert texts["en"].subject == "Re: Compensation (en)"
    assert texts["de"].subject == "Re: Entschädigung"
    assert first.reference in texts["de"].body
    assert "{{ salutation }}" in texts["en"].body
    assert not any(text.is_reviewed for text in texts.values())
    assert (draft.sender, draft.follows, draft.status) == (first.sender, first, "draft")


def test_there_are_words_for_every_official_language():
    from mailing.follow_up_words import paragraphs, sentences
    from tests.transport.test_message_bytes import LANGUAGES

    assert set(sentences()) == set(LANGUAGES)
    for language in LANGUAGES:
        words = paragraphs(language, reference="LSI-2026-014", day=FRIDAY.date())
        assert "LSI-2026-014" in words
        assert "2026" in words
        assert "{" not in words


@pytest.mark.parametrize(
    ("subject", "answered"),
    [("Compensation", "Re: Compensation"), ("RE: it", "RE: it"), ("x" * 150, "Re: " + "x" * 146)],
)
def test_the_subject_of_an_answer(subject, answered):
    assert follow_ups.answering(subject) == answered


def test_a_subject_that_is_too_long_loses_a_field_whole():
    assert follow_ups.answering("x" * 140 + " {{ name }}") == "Re: " + "x" * 140


def test_one_follow_up_is_the_rule_and_a_second_is_asked_for_expressly(first, officer):
    draft = follow_ups.draft(first, actor=officer)
    with pytest.raises(follow_ups.AlreadyFollowed, match=draft.reference):
        follow_ups.draft(first, actor=officer)
    assert follow_ups.draft(first, actor=officer, is_second=True).follows == first


def test_it_is_threaded_under_the_letter_each_reader_got(first, officer, approver):
    draft = approved_of(follow_ups.draft(first, actor=officer), officer, approver)
    mailing = begun(draft, officer)
    hop = FakeTransport()
    sending.run(mailing.pk, open_with=hop)

    before = {delivery.email: delivery for delivery in first.deliveries.all()}
    assert len(hop.taken) == 5
    for recipient, data in hop.taken:
        message = email.message_from_bytes(data, policy=email.policy.default)
        name = f"<{before[recipient].public_id}@{first.sender.domain}>"
        assert (message["In-Reply-To"], message["References"]) == (name, name)
        assert message["Subject"].startswith("Re: ")
        assert message["Message-ID"] != name


def test_a_second_follow_up_refers_to_both_letters_before_it(first, officer, approver):
    second = begun(approved_of(follow_ups.draft(first, actor=officer), officer, approver), officer)
    sending.run(second.pk, open_with=FakeTransport())
    third = approved_of(follow_ups.draft(second, actor=officer), officer, approver)
    delivery = third.deliveries.first()
    message = email.message_from_bytes(message_bytes(delivery), policy=email.policy.default)
    ids = [f"<{one.deliveries.get(contact=delivery.contact).public_id}@{one.sender.domain}>" for one in (first, second)]
    assert message["In-Reply-To"] == ids[1]
    assert str(message["References"]).split() == ids


def test_who_answered_the_follow_up_gets_no_second_one(first, officer, approver):
    second = begun(approved_of(follow_ups.draft(first, actor=officer), officer, approver), officer)
    sending.run(second.pk, open_with=FakeTransport())
    answered, late, *_others = second.deliveries.order_by("id")
    answer(answered)
    for mailing in (first, second):
        silence = follow_ups.silence_of(mailing)
        assert (silence.replied, silence.blocked, silence.unanswered) == (1, 0, 4)

    third = approved_of(follow_ups.draft(first, actor=officer, is_second=True), officer, approver)
    assert answered.contact_id not in people_of(third)
    third = begun(third, officer)
    answer(late)
    hop = FakeTransport()
    sending.run(third.pk, open_with=hop)

    assert late.email not in hop.recipients
    assert len(hop.recipients) == 3


def test_both_ways_of_making_a_follow_up_give_the_same_bytes(first, officer, approver):
    draft = approved_of(follow_ups.draft(first, actor=officer), officer, approver)
    delivery = draft.deliveries.first()
    renderer = Renderer(Mailing.objects.get(pk=draft.pk))
    renderer.date = timezone.now()
    threaded = renderer.message(delivery)
    assert threaded == renderer.message_without_skeleton(delivery)
    # Somebody who was added by hand got no first letter.
    delivery.context = delivery.context | {"thread": ["@platform.example"]}
    alone = renderer.message(delivery)
    assert alone == renderer.message_without_skeleton(delivery)
    assert b"In-Reply-To" in threaded
    assert b"In-Reply-To" not in alone


def test_an_answer_before_the_approval_takes_the_person_out_of_what_is_approved(first, officer, approver):
    draft = follow_ups.draft(first, actor=officer)
    draft.contents.update(is_reviewed=True)
    waiting = lifecycle.submit(draft, actor=officer, approver=approver)
    answer(first.deliveries.first())
    with pytest.raises(lifecycle.LifecycleError):
        lifecycle.approve(waiting, actor=approver, digest=waiting.review_digest)
    assert not Delivery.objects.filter(mailing=draft).exists()


def test_an_answer_after_the_approval_takes_the_person_out_before_the_letter_leaves(first, officer, approver):
    mailing = begun(approved_of(follow_ups.draft(first, actor=officer), officer, approver), officer)
    late = first.deliveries.order_by("id")[2]
    answer(late)
    hop = FakeTransport()

    sending.run(mailing.pk, open_with=hop)

    assert late.email not in hop.recipients
    assert len(hop.recipients) == 4
    row = mailing.deliveries.get(contact=late.contact)
    assert (row.status, row.skip_reason, row.get_skip_reason_display()) == (
        "skipped",
        "excluded",
        "Has answered meanwhile",
    )
