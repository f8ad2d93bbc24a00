"""An issue as colleagues put one together: seven blocks for all, one for each of three topics, in two languages.

Its readers are those of the plain newsletter. A third read French, and every choice among the topics occurs equally
often: sixteen kinds of message, each with a skeleton of its own. Nobody here is real.
"""

from datetime import timedelta
from typing import Any

from benchmarks.rig.newsletter import start

SITE = "https://www.platform.example"
TOPICS = {"law": ("Law in Brussels", "Le droit à Bruxelles"), "work": ("Work and wages", "Travail et salaires")} | {
    "courts": ("Before the courts", "Devant les tribunaux")
}
LANGUAGES = ("en", "fr")
SENTENCES = {
    "en": "Compensation is a right of everybody who was trafficked, and fewer than one in twenty receives any",
    "fr": "L’indemnisation est un droit de toute personne victime de la traite, et moins d’une sur vingt en reçoit une",
}
SUBJECTS = {"en": "Compensation in {{ country }}: what changed", "fr": "L’indemnisation : {{ country }}"}
FIGURES = [("Told of the right", 8), ("Free legal aid", 10), ("Right to stay", 11), ("The state pays first", 23)]
KINDS = ["lead", "button", "item", "text", "figures", "dates", "members"]
# So many readers in a row are all the kinds there are, each as often as in the whole list.
PERIOD = 3 * 2 ** len(TOPICS)


def choose(readers: Any) -> None:
    """Give the subscriptions of a ContactList a language and topics, by number, and days on which they began."""
    from django.db import connection
    from django.db.models import F
    from django.utils import timezone

    from contacts.models import ListText, Topic, TopicText

    type(readers).objects.filter(pk=readers.pk).update(slug="newsletter", is_open=True)
    ListText.objects.create(contact_list=readers, language="fr", name="Lettre du réseau")
    now = timezone.now()
    for kind in range(PERIOD):
        rows = readers.subscriptions.annotate(kind=F("contact_id") % PERIOD).filter(kind=kind)
        rows.update(language=language_of(kind), confirmed_at=now - timedelta(days=30 * kind))
    for number, (slug, names) in enumerate(TOPICS.items()):
        topic = Topic.objects.create(contact_list=readers, slug=slug, position=number)
        for language, name in zip(LANGUAGES, names, strict=True):
            TopicText.objects.create(topic=topic, language=language, name=name)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO contacts_subscription_topics (subscription_id, topic_id) "
                "SELECT s.id, %s FROM contacts_subscription s "
                "WHERE s.contact_list_id = %s AND (s.contact_id / %s) %% 2 = 1",
                [topic.pk, readers.pk, 3 * 2**number],
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE contacts_subscription")
        cursor.execute("ANALYZE contacts_subscription_topics")


def language_of(contact: int) -> str:
    """The language of a reader by their contact's id."""
    return LANGUAGES[contact % 3 == 0]


def topics_of(contact: int) -> set[str]:
    """The topics (slugs) of a reader by their contact's id."""
    return {slug for number, slug in enumerate(TOPICS) if contact // (3 * 2**number) % 2}


def make_issue(reference: str, *, limit: int | None = None, is_leaving: bool = True) -> Any:
    """The issue to everybody (or to the first `limit`), frozen; workers send it when it `is_leaving`.

    Needs the people of newsletter.make_people and what `choose` gave them.
    """
    from accounts.models import User
    from contacts.models import ContactList
    from mailing import audience
    from mailing.models import AudienceRule, Mailing, MailingContent, Sender

    sender, _made = Sender.objects.get_or_create(
        from_email="newsletter@platform.example",
        defaults={"name": "Example Platform", "reply_to": "office@platform.example", "person": "Ana Novak"},
    )
    readers = ContactList.objects.get(name="Newsletter")
    mailing = Mailing.objects.create(
        reference=reference, title="November", kind=Mailing.Kind.NEWSLETTER, sender=sender, contact_list=readers
    )
    for language in LANGUAGES:
        MailingContent.objects.create(
            mailing=mailing,
            language=language,
            subject=SUBJECTS[language],
            preheader=SENTENCES[language],
            is_reviewed=True,
        )
    put_blocks(mailing)
    AudienceRule.objects.create(mailing=mailing, contact_list=readers)
    audience.freeze(mailing)
    if limit is not None:
        keep_first(mailing, limit)
    mailing.refresh_from_db()
    if is_leaving:
        approver, _made = User.objects.get_or_create(email="approver@platform.example", defaults={"name": "Approver"})
        start(mailing, approver)
    return mailing


def keep_first(mailing: Any, limit: int) -> None:
    """Take all but the first readers out of a frozen mailing that has not left."""
    from mailing.dispatch.store import make_chunks
    from mailing.models import Delivery, DeliveryChunk, Mailing

    last = mailing.deliveries.order_by("id").values_list("pk", flat=True)[limit - 1]
    Delivery.objects.filter(mailing=mailing, pk__gt=last)._raw_delete("default")
    DeliveryChunk.objects.filter(mailing=mailing).delete()
    make_chunks(mailing.pk)
    Mailing.objects.filter(pk=mailing.pk).update(recipients=limit, matched=limit)


def put_blocks(mailing: Any) -> None:
    """Seven blocks for every reader, and a text for those of each topic."""
    from advocacy.models import Statement
    from contacts.models import Topic
    from mailing.models import Block, BlockText

    topics = Topic.objects.filter(contact_list=mailing.contact_list_id).order_by("position")
    statement, _made = Statement.objects.get_or_create(reference="BEN-S-2026-001", slug="compensation")
    for position, (kind, topic) in enumerate([(kind, None) for kind in KINDS] + [("text", one) for one in topics], 1):
        block = Block.objects.create(
            mailing=mailing,
            kind=kind,
            position=position,
            topic=topic,
            statement=statement if kind == "item" else None,
        )
        for language in LANGUAGES:
            about = "" if topic is None else mark(topic.slug)
            BlockText.objects.create(block=block, language=language, **words(kind, SENTENCES[language], about))


def mark(slug: str) -> str:
    """Words that stand in the block of one topic and nowhere else."""
    return f"Reference {slug}-2026."


def words(kind: str, sentence: str, about: str = "") -> dict[str, Any]:
    """What a block of a kind says; `about` is said at its end."""
    if kind == "button":
        return {"label": "Write to your MEP", "url": f"{SITE}/take-part?a=1&b=2"}
    if kind == "figures":
        rows: list[dict[str, Any]] = [{"label": label, "value": value, "of": 23} for label, value in FIGURES]
        return {"heading": "Six points: 61 of 138 met", "body": f"<p>{sentence}.</p>", "rows": rows}
    if kind == "dates":
        rows = [{"day": f"2026-12-{day:02}", "text": sentence[:60]} for day in (2, 9, 16)]
        return {"heading": "Dates", "rows": rows}
    if kind == "members":
        rows = [{"title": f"News {number}", "url": f"{SITE}/news/{number}", "text": sentence} for number in range(3)]
        return {"heading": "From our members and partners", "rows": rows}
    paragraph = f"<p>{sentence}, <strong>“paid”</strong> in time – 3 &lt; 4 &amp; so on. {sentence}. {about}</p>"
    link = f'<p><a href="{SITE}/six-points?a=1&amp;b=2">{sentence[:30]}</a></p>'
    listed = f"<ul><li>{sentence}</li><li>{sentence[:40]}</li></ul>"
    return {"heading": sentence[:90], "body": paragraph + (listed if kind == "text" else link)}
