"""The demo's two issues: one that reached its readers two weeks ago, and one that waits for a colleague.

Both are put together as people do it: from what was published, with words in English and French. All of it is invented.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from accounts.models import User
from advocacy.models import ActionPlan, Statement
from contacts.models import ContactList
from desk.demo import walk
from mailing import lifecycle
from mailing.issues import drafting
from mailing.issues.blocks import Kind, Typed, Words, in_order, texts_by_language, words_of
from mailing.issues.drafting import Head
from mailing.issues.prefill import chosen, offers_of
from mailing.models import Block, Delivery, Mailing, MailingContent

PASSED = timedelta(days=14)
LANGUAGES = ("en", "fr")


@dataclass(frozen=True)
class Text:
    """One language of an issue: its head, and the words of blocks that have no source, by kind."""

    subject: str
    preheader: str
    blocks: dict[str, Words] = field(default_factory=dict)


FIRST_TITLE = "First letter from the network (sample)"
FIRST = {
    "en": Text(
        FIRST_TITLE,
        "What we published this month, and how far governments are. Everything is invented.",
        {Kind.LEAD: Words("Who pays is still open", "<p>This first issue is a sample: nobody in it exists.</p>")},
    ),
    "fr": Text(
        "Première lettre du réseau (exemple)",
        "Ce que nous avons publié ce mois-ci, et où en sont les gouvernements. Tout est inventé.",
        {Kind.LEAD: Words("Qui paie ? On ne sait pas", "<p>Ce numéro est un exemple : tout y est inventé.</p>")},
    ),
}
NEXT_TITLE = "Second letter from the network (sample)"
NEXT = {
    "en": Text(
        NEXT_TITLE,
        "Six points, twenty-three countries, and a breakfast in Brussels. Everything is invented.",
        {
            Kind.LEAD: Words("Payment in advance works", "<p>An invented survey says so. Read how it works.</p>"),
            Kind.TEXT: Words("What judges asked us", "<p>Who pays when the offender has nothing? A sample answer.</p>"),
            Kind.BUTTON: Words(label="Write to your ministry", url="https://www.sample-platform.example/write"),
            Kind.MEMBERS: Words(
                "News from members",
                rows=[
                    {
                        "title": "Open Harbour (sample) opens a second office",
                        "url": "https://openharbour.example/news",
                        "text": "With an invented lawyer for wage claims.",
                    }
                ],
            ),
        },
    ),
    "fr": Text(
        "Deuxième lettre du réseau (exemple)",
        "Six points, vingt-trois pays et un petit-déjeuner à Bruxelles. Tout est inventé.",
        {
            Kind.LEAD: Words(
                "Payer d’avance, cela marche", "<p>Une enquête inventée le dit. Lisez, et faites lire.</p>"
            ),
            Kind.TEXT: Words("Ce que des juges ont demandé", "<p>Qui paie quand l’auteur n’a rien ? Un exemple.</p>"),
            Kind.BUTTON: Words(label="Écrire à votre ministère", url="https://www.sample-platform.example/write"),
            Kind.MEMBERS: Words(
                "Nouvelles des membres",
                rows=[
                    {
                        "title": "Open Harbour (exemple) ouvre un deuxième bureau",
                        "url": "https://openharbour.example/news",
                        "text": "Avec une avocate inventée pour les salaires.",
                    }
                ],
            ),
        },
    ),
}
# Blocks of the second issue that only those read who chose the list's first or third topic.
OF_TOPIC = {Kind.TEXT: 0, Kind.MEMBERS: 2}


def make_issues(contact_list: ContactList, *, writer: User, approver: User, send: bool) -> dict[str, str]:
    """Make both unless they are there, and let the first leave where a worker runs; gives their references."""
    sent = make_first(contact_list, writer)
    if sent.status == Mailing.Status.DRAFT:
        walk.approve_letter(sent, writer=writer, approver=approver)
        sent.refresh_from_db()
    if send and sent.status in (Mailing.Status.APPROVED, Mailing.Status.SCHEDULED, Mailing.Status.SENDING):
        sent = walk.send_and_wait(sent, actor=approver)
        _let_two_weeks_pass(sent)
    waits = _second(contact_list, writer)
    if waits.status == Mailing.Status.DRAFT and waits.submitted_at is None and not waits.transitions.exists():
        lifecycle.submit(waits, actor=writer, approver=approver, note="A sample issue: read it, then approve it.")
    return {"issue_sent": sent.reference, "issue_waiting": waits.reference}


def make_first(contact_list: ContactList, writer: User) -> Mailing:
    """From what was published: the statement, the plan and its figures."""
    found = Mailing.objects.filter(is_sample=True, title=FIRST_TITLE).first()
    if found is None:
        offers = offers_of(contact_list, writer)
        keys = [offer.key for offer in offers if offer.kind != Kind.DATES]
        with transaction.atomic():
            found = _begin(contact_list, FIRST_TITLE, writer, keys)
            write(found, FIRST, writer)
    return found


def _second(contact_list: ContactList, writer: User) -> Mailing:
    """Block by block, with two for readers of a topic."""
    found = Mailing.objects.filter(is_sample=True, title=NEXT_TITLE).first()
    if found is None:
        plan = ActionPlan.objects.filter(is_sample=True).first()
        statement = Statement.objects.filter(is_sample=True).order_by("pk").first()
        with transaction.atomic():
            found = _begin(contact_list, NEXT_TITLE, writer, [])
            drafting.add_language(found, "fr", actor=writer)
            for kind, source in (
                (Kind.ITEM, statement),
                (Kind.FIGURES, plan),
                (Kind.TEXT, None),
                (Kind.BUTTON, None),
                (Kind.DATES, None),
                (Kind.MEMBERS, None),
            ):
                drafting.add_block(found, kind, actor=writer, source=source)
            write(found, NEXT, writer)
    return found


def _begin(contact_list: ContactList, title: str, writer: User, keys: list[str]) -> Mailing:
    walk.sample_sender()
    offers = chosen(offers_of(contact_list, writer), keys)
    mailing = drafting.begin(contact_list, title=title, language="en", actor=writer, offers=offers)
    Mailing.objects.filter(pk=mailing.pk).update(is_sample=True)
    mailing.refresh_from_db()
    return mailing


def write(mailing: Mailing, texts: dict[str, Text], writer: User) -> None:
    """What the editor's page sends for each language: head, blocks with their topics, and the tick that it was read."""
    topics = list(mailing.contact_list.topics.order_by("position")) if mailing.contact_list else []
    for language, text in texts.items():
        content = MailingContent.objects.get(mailing=mailing, language=language)
        typed = []
        for block in in_order(mailing):
            there = texts_by_language(block).get(language)
            place = OF_TOPIC.get(Kind(block.kind)) if texts is NEXT else None
            typed.append(
                Typed(
                    block.pk,
                    text.blocks.get(block.kind) or (words_of(there) if there else Words()),
                    there.edition if there else 0,
                    topics[place] if place is not None else block.topic,
                    block.topic_id,
                )
            )
        head = Head(text.subject, text.preheader, is_reviewed=True, edition=content.edition)
        drafting.save_page(mailing, language, head, typed, actor=writer)
    mailing.refresh_from_db()


def _let_two_weeks_pass(mailing: Mailing) -> None:
    """As if it had left two weeks ago: history keeps today's times."""
    moved = {name: F(name) - PASSED for name in ("created_at", "scheduled_at", "started_at", "finished_at")}
    Mailing.objects.filter(pk=mailing.pk).update(**moved)
    Delivery.objects.filter(mailing=mailing, status="sent").update(sent_at=F("sent_at") - PASSED)
    mailing.web_versions.update(at=F("at") - PASSED, changed_at=F("changed_at") - PASSED)


def blocks_in(mailing: Mailing) -> list[str]:
    """The kinds of an issue's blocks from top to bottom."""
    return list(Block.objects.filter(mailing=mailing).order_by("position").values_list("kind", flat=True))
