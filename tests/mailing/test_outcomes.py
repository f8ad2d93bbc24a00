"""What happened to a letter is written down once, in any order, and nothing of it is taken back."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from contacts.models import Suppression
from mailing import outcomes
from mailing.models import Delivery
from mailing.outcomes import Outcome
from mailing.reports import progress
from tests.letters import letter_being_sent
from tests.mailing.coming_back import accepted_letter

pytestmark = pytest.mark.django_db


def happens(delivery, kind, *, key=None, at=None, **fields):
    delivery.refresh_from_db()
    done = outcomes.apply(delivery, Outcome(kind, key=key or f"test:{kind}", at=at or timezone.now(), **fields))
    delivery.refresh_from_db()
    return done


@pytest.mark.parametrize("order", list(permutations(["delivered", "bounced", "complained", "replied"])))
def test_every_order_ends_in_the_same_state_and_a_repetition_changes_nothing(order):
    delivery = accepted_letter()
    moment = timezone.now()
    for kind in [*order, *reversed(order)]:
        happens(delivery, kind, at=moment, blocks="complaint" if kind == "complained" else "")
    times = [delivery.delivered_at, delivery.bounced_at, delivery.complained_at, delivery.replied_at]
    assert times == [moment] * 4
    assert delivery.status == "sent"
    assert delivery.events.count() == 4
    assert Suppression.objects.count() == 1


def test_the_first_time_stands():
    delivery = accepted_letter()
    first, later = timezone.now() - timedelta(hours=2), timezone.now()
    happens(delivery, "delivered", key="one", at=first)
    happens(delivery, "delivered", key="two", at=later)
    assert delivery.delivered_at == first
    assert delivery.events.count() == 2


def test_what_a_person_lifted_is_not_put_back_by_a_repetition():
    delivery = accepted_letter()
    assert happens(delivery, "bounced", blocks="hard_bounce", code="5.1.1")
    Suppression.objects.all().delete()
    assert not happens(delivery, "bounced", blocks="hard_bounce", code="5.1.1")
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("kind", sorted(outcomes.PROOFS))
def test_a_proof_settles_a_letter_that_was_not_known_and_tells_the_proof(kind):
    delivery = accepted_letter(status="uncertain", error_kind="outcome_unknown")
    moment = timezone.now()
    happens(delivery, kind, at=moment)
    assert (delivery.status, delivery.sent_at, delivery.error_kind) == ("sent", moment, "")
    assert [(event.kind, event.detail) for event in delivery.events.all()] == [(kind, ""), ("settled_sent", kind)]


@pytest.mark.parametrize("kind", ["auto_replied", "unverified"])
def test_a_weak_sign_is_shown_and_settles_nothing(kind):
    delivery = accepted_letter(status="uncertain", error_kind="outcome_unknown")
    happens(delivery, kind)
    assert delivery.status == "uncertain"
    assert [event.kind for event in delivery.events.all()] == [kind]


def test_a_proof_stops_the_second_copy_of_a_letter_that_waits_to_be_sent_again():
    delivery = accepted_letter(status="queued", next_attempt_at=timezone.now() + timedelta(minutes=5))
    happens(delivery, "delivered")
    assert delivery.status == "sent"
    assert delivery.next_attempt_at is None


def test_a_letter_in_a_workers_hands_keeps_its_own_result():
    delivery = accepted_letter(status="queued")
    happens(delivery, "bounced")
    assert delivery.status == "queued"
    assert delivery.bounced_at


def test_a_proof_that_was_quicker_than_the_worker_that_died_settles_the_letter_later():
    delivery = accepted_letter(status="queued")
    happens(delivery, "bounced")
    Delivery.objects.filter(pk=delivery.pk).update(status="uncertain", error_kind="outcome_unknown")
    assert outcomes.settle_proved() == 1
    assert outcomes.settle_proved() == 0
    delivery.refresh_from_db()
    assert delivery.status == "sent"
    assert "settled_sent" in [event.kind for event in delivery.events.all()]


def test_a_proof_corrects_who_called_it_not_sent_while_nobody_knew():
    delivery = accepted_letter(status="failed", error_kind="outcome_unknown", failed_at=timezone.now())
    happens(delivery, "delivered")
    assert (delivery.status, delivery.failed_at) == ("sent", None)


def test_a_letter_that_was_refused_for_good_stays_refused():
    delivery = accepted_letter(status="failed", error_kind="permanent", failed_at=timezone.now())
    happens(delivery, "delivered")
    assert delivery.status == "failed"


def test_a_provider_that_took_the_request_and_did_not_send_settles_it_as_not_sent():
    delivery = accepted_letter(status="uncertain", error_kind="outcome_unknown")
    happens(delivery, "refused", code="5.7.1", detail="blocked")
    assert (delivery.status, delivery.error_kind, delivery.error_code) == ("failed", "permanent", "5.7.1")
    assert delivery.failed_at
    assert [event.kind for event in delivery.events.all()] == ["refused", "settled_not_sent"]


def test_a_provider_that_refuses_what_it_had_accepted_sends_it_back():
    delivery = accepted_letter()
    happens(delivery, "refused")
    assert delivery.status == "sent"
    assert delivery.bounced_at


def test_the_counts_always_sum():
    mailing = letter_being_sent(4)
    statuses = ["uncertain", "queued", "sent", "failed"]
    for delivery, status in zip(mailing.deliveries.order_by("pk"), statuses, strict=True):
        sent_at = timezone.now() if status == "sent" else None
        kind = "outcome_unknown" if status == "uncertain" else ""
        Delivery.objects.filter(pk=delivery.pk).update(status=status, sent_at=sent_at, error_kind=kind)
        for kind in ["delivered", "bounced", "refused", "complained"]:
            happens(delivery, kind, key=f"{delivery.pk}:{kind}")
            now = progress(mailing)
            assert sum(now.parts.values()) == now.total == 4


def test_no_address_is_kept_in_what_a_server_said():
    delivery = accepted_letter()
    happens(
        delivery, "bounced", code="5.1.1", detail=f"550 5.1.1 <{delivery.email}> and other@elsewhere.example unknown"
    )
    detail = delivery.events.get().detail
    assert "@" not in detail
    assert detail.startswith("550 5.1.1")


def test_only_the_codes_of_the_table_mean_that_a_mailbox_is_gone():
    assert [code for code in ALL_CODES if outcomes.is_hard(code)] == ["5.1.1", "5.1.6", "5.1.10"]


ALL_CODES = [f"{x}.{y}.{z}" for x in (2, 4, 5) for y in range(8) for z in range(31)]
