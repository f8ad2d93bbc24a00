"""Issues with readers, on their road from the draft to the last reader. Nobody here is real."""

from datetime import timedelta

from django.utils import timezone

from contacts import consent
from contacts.models import Subscription
from mailing.models import AudienceRule, Block, BlockText, Mailing, MailingContent
from tests.factories import ContactFactory, MailingContentFactory, MailingFactory


def issue_of(contact_list, author, *, topics=()):
    """A reviewed draft in English and French for a list: a lead, and an item of text for each of these topics."""
    mailing = MailingFactory(
        kind=Mailing.Kind.NEWSLETTER, contact_list=contact_list, author=author, reference="LSI-N-2026-001"
    )
    AudienceRule.objects.create(mailing=mailing, contact_list=contact_list)
    for language in ("en", "fr"):
        MailingContentFactory(mailing=mailing, language=language, subject=f"November ({language})", body="")
    for position, topic in enumerate([None, *topics], start=1):
        kind = Block.Kind.TEXT if topic else Block.Kind.LEAD
        block = Block.objects.create(mailing=mailing, kind=kind, position=position, topic=topic)
        for language in ("en", "fr"):
            words = f"<p>Words {position} ({language}).</p>"
            BlockText.objects.create(block=block, language=language, heading=f"Block {position}", body=words)
    MailingContent.objects.filter(mailing=mailing).update(is_reviewed=True)
    return mailing


def subscribe(contact_list, *, topics=(), language="", paused_until=None, **person) -> Subscription:
    """Somebody who confirmed a list."""
    contact = ContactFactory(**{"country": "IE", "language": "en", **person})
    consent.confirm(contact, contact_list, source="confirm page")
    found = Subscription.objects.get(contact=contact, contact_list=contact_list)
    Subscription.objects.filter(pk=found.pk).update(language=language, paused_until=paused_until)
    found.topics.set(topics)
    found.refresh_from_db()
    return found


def make_due(mailing):
    """Its time came a second ago."""
    Mailing.objects.filter(pk=mailing.pk).update(scheduled_at=timezone.now() - timedelta(seconds=1))
