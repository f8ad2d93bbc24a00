"""Two worker processes share a letter: as many messages as people, each address once, each in its language."""

from email import message_from_bytes, policy

import pytest

from contacts.reference import load_reference
from contacts.salutations import salutation_for
from mailing import bell, lifecycle
from mailing.models import AudienceRule, Delivery
from tests.factories import (
    BodyFactory,
    ContactFactory,
    MailingContentFactory,
    MailingFactory,
    MandateFactory,
    MembershipFactory,
)
from tests.letters import letter_being_sent

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

COUNTRIES = ("IE", "FR", "DE", "AT", "PL", "SE")
COMMITTEES = ("LIBE", "EMPL", "BUDG")
FULL = ["chair", "vice_chair", "member"]


def members_of_parliament(number: int) -> None:
    """Full members of one or two of the committees, and a substitute for every fourth of them."""
    load_reference()
    bodies = [BodyFactory(kind="committee", code=code) for code in COMMITTEES]
    for n in range(number):
        contact = ContactFactory(country=COUNTRIES[n % len(COUNTRIES)], gender="FMX"[n % 3])
        mandate = MandateFactory(contact=contact)
        MembershipFactory(mandate=mandate, body=bodies[n % 3], role=FULL[min(n // 3, 2)])
        if n % 5 == 0:
            MembershipFactory(mandate=mandate, body=bodies[(n + 1) % 3], role="member")
        if n % 4 == 0:
            MembershipFactory(mandate=MandateFactory(), body=bodies[n % 3], role="substitute")


@pytest.mark.smoke
def test_two_workers_deliver_one_letter_to_each_full_member_in_their_language(
    start_worker, catcher, watch, officer, approver
):
    catcher.delay = 0.02
    workers = [start_worker(), start_worker()]
    members_of_parliament(120)
    mailing = MailingFactory(author=officer)
    for language in ("en", "fr", "de"):
        MailingContentFactory(mailing=mailing, language=language, subject=f"Compensation ({language})")
    AudienceRule.objects.create(mailing=mailing, criteria={"seat": {"committee": list(COMMITTEES), "role": FULL}})
    for worker in workers:
        worker.wait_ready()

    lifecycle.submit(mailing, actor=officer, approver=approver)
    digest, preview = lifecycle.reading_digest(mailing)
    lifecycle.approve(mailing, actor=approver, digest=digest, seen=preview.recipients)
    lifecycle.schedule(mailing, actor=approver)
    mailing.refresh_from_db()
    seen, holders = watch(mailing, *workers), set()
    seen.until(lambda ledger: holders.update(owners(mailing)) or seen.status() == "finished", 60, beat_by_hand=True)

    assert mailing.recipients == 120
    assert len(holders) == 2
    assert len(catcher.letters) == len(set(catcher.recipients)) == 120
    assert languages_of(mailing) == {"en": 60, "fr": 20, "de": 40}
    for caught in catcher.letters:
        assert_is_the_letter_of(mailing.deliveries.get(email=caught.recipient), caught)
    seen.assert_the_ledger_tells_the_truth()


def assert_is_the_letter_of(delivery: Delivery, caught) -> None:
    """One recipient, the version of their language, and the salutation and closing of language and gender."""
    message = message_from_bytes(caught.data, policy=policy.default)
    assert [address.addr_spec for address in message["To"].addresses] == [caught.recipient]
    assert message["Subject"] == f"Compensation ({delivery.language})"
    text = " ".join(message.get_body(("plain",)).get_content().split())
    for words in salutation_for(delivery.contact, delivery.language):
        assert words in text


def languages_of(mailing) -> dict[str, int]:
    found = list(mailing.deliveries.values_list("language", flat=True))
    return {language: found.count(language) for language in set(found)}


def owners(mailing) -> set[str]:
    """Process names of those who hold a chunk now."""
    held = mailing.chunks.exclude(owner="").values_list("owner", flat=True)
    return {owner.rpartition(":")[0] for owner in held}


def test_a_bell_rung_many_times_makes_one_message_each(start_celery, start_solo, catcher, watch):
    mailing = letter_being_sent(30, chunk=5)
    for _ring in range(30):
        bell.ring(mailing.pk)
    workers = [start_solo(), start_celery(children=2)]

    seen = watch(mailing, *workers)
    assert seen.until_finished()["sent"] == 30
    seen.assert_the_ledger_tells_the_truth()
