"""Above 5 % hard failures over at least 50 answers a mailing is to stop; a person who resumes starts anew."""

import pytest

from mailing.dispatch import breaker
from mailing.models import DeliveryChunk
from tests.letters import letter_being_sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered():
    """Makes a mailing whose chunks counted these answers: answered((accepted, refused), …)."""

    def make(*answers):
        mailing = letter_being_sent(len(answers), chunk=1)
        mailing.chunks.all().delete()
        for number, (accepted, refused) in enumerate(answers):
            DeliveryChunk.objects.create(
                mailing=mailing,
                lo=number * 10,
                hi=number * 10 + 9,
                cursor=number * 10,
                accepted=accepted,
                refused=refused,
            )
        return mailing

    return make


@pytest.mark.parametrize(
    ("accepted", "refused", "stops"),
    [
        (0, 0, False),
        (0, 49, False),  # Too few answers to judge by.
        (0, 50, True),
        (47, 3, True),  # 6 %.
        (46, 3, False),
        (48, 2, False),
        (95, 5, False),  # Exactly 5 % is not above it.
        (94, 6, True),
        (950, 50, False),
        (949, 51, True),
        (100_000, 0, False),
    ],
)
def test_it_stops_above_five_percent_of_at_least_fifty(answered, accepted, refused, stops):
    assert bool(breaker.reason_to_stop(answered((accepted, refused)).pk)) is stops


def test_it_sums_over_all_chunks_of_this_mailing_alone(answered):
    answered((0, 500))
    mailing = answered((30, 1), (30, 1), (34, 4))
    assert "6 of the last 100 were refused" in breaker.reason_to_stop(mailing.pk)


def test_the_reason_has_the_numbers_and_what_to_do(answered):
    reason = breaker.reason_to_stop(answered((84, 6)).pk)
    assert reason.startswith("6 of the last 90 were refused for good (6.7 %; more than 5 % stops a mailing).")
    assert "Read the reasons under Problems" in reason
    assert "stop the rest" in reason
    assert "resume" in reason
    assert len(reason) <= 300


def test_a_mailing_without_chunks_has_no_reason(answered):
    assert breaker.reason_to_stop(answered().pk) == ""


def test_who_resumes_starts_anew_and_others_do_not(answered):
    mailing, other = answered((40, 30), (0, 9)), answered((0, 60))
    breaker.reset(mailing.pk)
    assert breaker.reason_to_stop(mailing.pk) == ""
    assert breaker.reason_to_stop(other.pk)


def test_it_is_one_query_however_many_chunks(answered, django_assert_num_queries):
    mailing = answered(*[(9, 1)] * 40)
    with django_assert_num_queries(1):
        breaker.reason_to_stop(mailing.pk)
