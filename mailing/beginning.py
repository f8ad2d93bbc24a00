"""Beginning a letter from what is there: a plan's points, asks, or an earlier letter. From a statement: drafting."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from advocacy.models import ActionPlan, Ask
from advocacy.plan_content import content_of, languages_of, plan_words, point_words
from advocacy.references import create_with_reference
from mailing.composing import item_of
from mailing.drafting import OPENING, default_sender, sign_off
from mailing.inserting import in_list
from mailing.lifecycle import LifecycleError
from mailing.models import AudienceRule, Mailing, MailingAsk, MailingContent


def letter_from_plan(plan: ActionPlan, points: Iterable[int], *, actor: User) -> Mailing:
    """A draft letter with the chosen points of a plan (their ids) as a list, in every language of the plan.

    No version is reviewed: somebody has to write what stands around the list. Raises LifecycleError without a point.
    """
    wanted = set(points)
    content = content_of(plan)
    chosen = [row for row in content["points"] if row["point"] in wanted]
    if not chosen:
        raise LifecycleError(_("Choose at least one point."))
    texts = {}
    for language in languages_of(content):
        words = point_words({**content, "points": chosen}, language)
        texts[language] = (plan_words(content, language).title, [item_of(point.text) for point in words])
    asks = Ask.objects.filter(slug__in=[row["ask"]["slug"] for row in chosen])
    facts = {"campaign_id": plan.campaign_id, "is_sample": plan.is_sample}
    return _begin(texts, plan.language, asks, actor=actor, source=f"the plan “{plan.slug}”", **facts)


def letter_from_asks(asks: Sequence[Ask], *, title: str, language: str, actor: User) -> Mailing:
    """A draft letter that makes these asks, in `language` and every other one in which all of them are worded.

    Raises LifecycleError without an ask, and when one has no wording in `language`.
    """
    if not asks:
        raise LifecycleError(_("Choose at least one ask."))
    wordings = {ask.pk: {text.language: text for text in ask.texts.all()} for ask in asks}
    lacking = next((ask for ask in asks if language not in wordings[ask.pk]), None)
    if lacking is not None:
        words = next(iter(wordings[lacking.pk].values()), None)
        sentence = _("“%(ask)s” is not worded in the language you chose. Choose another, or word it first.")
        raise LifecycleError(sentence % {"ask": words.title if words else lacking.slug})
    shared = set.intersection(*[set(texts) for texts in wordings.values()])
    texts = {code: (title, [item_of(wordings[ask.pk][code]) for ask in asks]) for code in shared}
    return _begin(texts, language, asks, actor=actor, source="asks")


def _begin(
    texts: dict[str, tuple[str, list[str]]],
    language: str,
    asks: Iterable[Ask],
    *,
    actor: User,
    source: str,
    **facts: Any,
) -> Mailing:
    """Write a letter: language → (subject, items of its list)."""
    affiliation = actor.affiliations.order_by("id").first()
    owner: dict[str, Any] = {"owner_id": affiliation.organisation_id} if affiliation else {}
    sender = default_sender(owner.get("owner_id"))
    with transaction.atomic():
        mailing = create_with_reference(
            Mailing,
            title=texts[language][0][:200],
            sender=sender,
            source_language=language,
            author=actor,
            paper=Mailing.PaperAs.ATTACHED,
            **owner,
            **facts,
        )
        body = f"{OPENING}{sign_off(sender)}"
        MailingContent.objects.bulk_create(
            MailingContent(
                mailing=mailing, language=code, subject=subject[:150], body=in_list(body, items), changed_by=actor
            )
            for code, (subject, items) in texts.items()
        )
        MailingAsk.objects.bulk_create(MailingAsk(mailing=mailing, ask=ask, added_by=actor) for ask in asks)
        record(actor, f"started {mailing.reference} from {source}", about=mailing, label=mailing.reference)
    return mailing


# What a letter takes over from an earlier one. Not its states, times and people who decided.
TAKEN = (
    "statement_id",
    "statement_digest",
    "campaign_id",
    "sender_id",
    "owner_id",
    "source_language",
    "is_sample",
    "paper",
)


def letter_from_letter(earlier: Mailing, *, actor: User, with_audience: bool = False) -> Mailing:
    """A draft with the texts, passages, asks and files of an earlier letter, and its audience where that is wanted.

    Its texts stay reviewed: somebody read them before they left. Somebody else approves the new letter all the same.
    """
    with transaction.atomic():
        mailing = create_with_reference(
            Mailing,
            title=earlier.title,
            author=actor,
            **{name: getattr(earlier, name) for name in TAKEN},
        )
        for content in earlier.contents.all():
            _copied(content, mailing=mailing, edition=1, saved_from="", changed_by=actor)
        for passage in earlier.passages.prefetch_related("texts"):
            copy = _copied(passage, mailing=mailing)
            for text in passage.texts.all():
                _copied(text, passage=copy, edition=1, saved_from="", changed_by=actor)
        MailingAsk.objects.bulk_create(
            MailingAsk(mailing=mailing, ask_id=place.ask_id, added_by=actor) for place in earlier.ask_places.all()
        )
        for attachment in earlier.attachments.all():
            _copied(attachment, mailing=mailing, added_by=actor)
        for rule in earlier.audience_rules.all() if with_audience else AudienceRule.objects.none():
            _copied(rule, mailing=mailing)
        sentence = f"started {mailing.reference} from {earlier.reference}"
        record(actor, sentence, about=mailing, label=mailing.reference)
    return mailing


def _copied(row: Any, **changes: Any) -> Any:
    """The same row once more, under a new id."""
    copy = type(row)(**{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields})
    copy.pk = None
    copy._state.adding = True
    for name, value in changes.items():
        setattr(copy, name, value)
    copy.save()
    return copy
