"""The archive of newsletters in a real browser: readable without script, in both schemes and at every width."""

import datetime as dt

import pytest
from django.utils import timezone

from contacts.models import ContactList
from mailing import archive, corrections
from mailing.models import Block, BlockText, Mailing
from tests.factories import PASSWORD, UserFactory
from tests.mailing.issues.readers import issue_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = [
    "/en/newsletter/",
    "/en/newsletter/lsi-n-2026-001/",
    "/fr/newsletter/lsi-n-2026-001/",
    "/de/newsletter/lsi-n-2026-001/",
]


@pytest.fixture
def issue(transactional_db, officer):
    """An issue with figures and dates that left yesterday, corrected once."""
    monthly = ContactList.objects.create(name="Letter from the network", slug="network", is_open=True)
    mailing = issue_of(monthly, officer)
    rows = {
        Block.Kind.FIGURES: [{"label": "1. Told of the right", "value": 8, "of": 23}],
        Block.Kind.DATES: [{"day": "2026-12-09", "text": "Committee vote"}],
    }
    for position, (kind, lines) in enumerate(rows.items(), start=2):
        block = Block.objects.create(mailing=mailing, kind=kind, position=position)
        for language in ("en", "fr"):
            BlockText.objects.create(block=block, language=language, heading=f"Part {position}", rows=lines)
    at = timezone.now() - dt.timedelta(days=1)
    begun = {"frozen_at": at, "started_at": at, "finished_at": at, "approved_at": at, "recipients": 1842}
    Mailing.objects.filter(pk=mailing.pk).update(status="finished", approver=UserFactory(role="approver"), **begun)
    mailing = Mailing.objects.get(pk=mailing.pk)
    archive.freeze_web(mailing)
    version = mailing.web_versions.get(language="en")
    change = corrections.Change(version.subject, "What is in it.", "", "", "The line below the title was missing.")
    corrections.correct(version, change, edition=1, actor=officer)
    return mailing


def test_public_pages_pass_axe_and_fit(visit, issue):
    with visit(java_script_enabled=True) as reader:
        for path in PAGES:
            page = reader.open(path)
            for width in (1440, 390, 320):
                page.set_viewport_size({"width": width, "height": 1000})
                reader.check_fits(f"{path} at {width} px")
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    reader.check_accessibility(f"{path} at {width} px, {scheme}")
        reader.check_no_complaints()


def test_a_colleague_corrects_and_withdraws_without_script(visit, issue, officer):
    with visit(java_script_enabled=False) as reader:
        page = reader.sign_in(officer, PASSWORD)
        reader.open(f"/desk/newsletters/{issue.reference}/correction/")
        page.get_by_label("Words that are wrong").fill("Words 1 (en).")
        page.get_by_label("Words that stand there instead").fill("Other words.")
        page.get_by_label("What was changed, for readers").fill("The words.")
        page.get_by_role("button", name="Correct", exact=True).click()
        page.get_by_text("The note stands below the text").wait_for()
        reader.open("/en/newsletter/lsi-n-2026-001/")
        page.get_by_text("Other words.").wait_for()
        reader.check_no_complaints()
