"""What follows the demo's first letter: it is answered, a follow-up is due, and the next letter has a passage."""

import pytest
from django.db.models import F
from django.utils import timezone

from desk.demo.answers import let_it_be_answered, write_passage
from mailing import follow_ups, lifecycle
from mailing.alternatives import placed_in
from mailing.models import Mailing, Reply
from tests.letters import letter_being_sent
from tests.mailing.conftest import letter, salutations  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def finished():
    mailing = letter_being_sent(6)
    mailing.deliveries.update(status="sent", sent_at=timezone.now())
    mailing.chunks.update(cursor=F("hi"), state="done")
    assert lifecycle.finish_if_done(mailing.pk)
    return Mailing.objects.get(pk=mailing.pk)


def test_three_people_and_a_machine_have_answered_and_a_follow_up_is_due(finished):
    assert let_it_be_answered(finished) == 4
    assert Reply.objects.filter(is_auto=False, delivery__mailing=finished).count() == 3
    assert Reply.objects.filter(is_auto=True, delivery__mailing=finished).count() == 1
    silence = follow_ups.silence_of(Mailing.objects.get(pk=finished.pk))
    assert (silence.accepted, silence.replied, silence.unanswered, silence.is_due) == (6, 3, 3, True)


def test_a_second_load_changes_nothing(finished):
    let_it_be_answered(finished)
    before = Mailing.objects.get(pk=finished.pk).finished_at
    assert let_it_be_answered(finished) == 0
    assert Mailing.objects.get(pk=finished.pk).finished_at == before


def test_readers_in_austria_have_a_passage_of_their_own(letter, officer):  # noqa: F811
    write_passage(letter, actor=officer)
    write_passage(letter, actor=officer)
    assert placed_in(Mailing.objects.get(pk=letter.pk)) == {1: {"en"}}
    assert sorted(letter.passages.values_list("country", flat=True)) == ["", "AT"]
