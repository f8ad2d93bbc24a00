"""The real list of October 2024: full members of LIBE, EMPL or BUDG, each written to once in their own language.

Nothing leaves this machine: the catcher listens on loopback. The addresses stay in this test's database.
"""

import pytest
from django.core.management import call_command

from contacts.models import Contact, Salutation
from contacts.reference import load_reference
from mailing import lifecycle
from mailing.models import AudienceRule
from tests.factories import MailingContentFactory, MailingFactory
from tests.faults.test_two_workers import COMMITTEES, FULL, assert_is_the_letter_of

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def test_each_of_the_168_full_members_gets_one_letter(start_solo, catcher, watch, officer, approver, real_data):
    workers = [start_solo(), start_solo()]
    load_reference()
    call_command(
        "import_contacts", real_data / "parltrack-derived/meps_2024-10-14.csv", mapping="parltrack", apply=True
    )
    mailing = MailingFactory(author=officer)
    for language in set(Salutation.objects.values_list("language", flat=True)):
        MailingContentFactory(mailing=mailing, language=language, subject=f"Compensation ({language})")
    AudienceRule.objects.create(mailing=mailing, criteria={"seat": {"committee": list(COMMITTEES), "role": FULL}})

    lifecycle.submit(mailing, actor=officer, approver=approver)
    digest, preview = lifecycle.reading_digest(mailing)
    lifecycle.approve(mailing, actor=approver, digest=digest, seen=preview.recipients)
    lifecycle.schedule(mailing, actor=approver)
    mailing.refresh_from_db()
    seen = watch(mailing, *workers)
    assert seen.until_finished(90, beat_by_hand=True)["sent"] == 168

    assert Contact.objects.count() == 718
    assert len(catcher.letters) == len(set(catcher.recipients)) == 168
    languages = set()
    for caught in catcher.letters:
        delivery = mailing.deliveries.select_related("contact").get(email=caught.recipient)
        assert_is_the_letter_of(delivery, caught)
        languages.add(delivery.language)
    assert len(languages) > 20
    seen.assert_the_ledger_tells_the_truth()
