"""What the steps cost for a letter that has everything: passages, files, its PDF, a statement, sources, a campaign."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from advocacy.models import Campaign
from contacts.models import Segment
from mailing import enclosing
from mailing.choosing import Choice, Source, choose
from mailing.models import AudienceRule, Mailing, MailingContent, Passage, PassageText
from tests.factories import MailingContentFactory, StatementFactory, StatementTextFactory

pytestmark = pytest.mark.django_db
# Twelve, as for every page, and what this letter has beside its text: its passages and their wordings; the people whom
# segments have by hand, once for the audience and once for the passages; its files; its letterhead.
MOST_QUERIES = 12 + 2 + 2 + 1 + 1
BODY = "<p>{{ salutation }}</p><p>Please support it.</p><p>{{ passage_1 }}</p><p>{{ closing }}</p>"


@pytest.fixture
def full(letter, officer, member):
    """A letter in two languages with each kind of thing that a letter can have."""
    statement = StatementFactory()
    StatementTextFactory(statement=statement)
    campaign = Campaign.objects.create(slug="compensation", starts_on=date(2026, 1, 1))
    kept = {"statement": statement, "campaign": campaign, "paper": Mailing.PaperAs.ATTACHED}
    Mailing.objects.filter(pk=letter.pk).update(**kept)
    letter.refresh_from_db()
    MailingContent.objects.filter(mailing=letter).update(body=BODY)
    MailingContentFactory(mailing=letter, language="fr", body=BODY)
    segment = Segment.objects.create(name="EPP members", criteria={"group": ["EPP"]})
    for position, condition in enumerate([{"segment": segment}, {"country": "AT"}, {}], start=1):
        passage = Passage.objects.create(mailing=letter, place=1, position=position, **condition)
        for language in ("en", "fr"):
            PassageText.objects.create(passage=passage, language=language, body=f"<p>Number {position}.</p>")
    upload = SimpleUploadedFile("points.pdf", b"%PDF-1.4 the six points")
    enclosing.attach(letter, actor=officer, upload=upload, title="Six points")
    people = [member(country=country, group="EPP") for country in ("IE", "FR", "AT", "DE")]
    added, excluded = member(committee="FEMM"), people.pop()
    rules = AudienceRule.objects.filter(mailing=letter, criteria__isnull=False).get()
    sources = {Source("segment", segment.pk): "exclude"}
    choose(letter, Choice(rules.criteria, 14, {added.pk}, {excluded.pk}, sources), actor=officer)
    return letter


@pytest.mark.parametrize("name", ["letter_write", "letter_audience", "letter_people", "letter_check", "letter_approve"])
def test_a_step_of_a_full_letter_stays_within_its_queries(name, full, sign_in, officer):
    client, url = sign_in(officer), reverse(f"mailing:{name}", args=[full.reference])
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    assert len(captured) <= MOST_QUERIES, "\n\n".join(query["sql"][:220] for query in captured)
