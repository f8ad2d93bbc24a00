"""Making and changing campaigns, and what belongs to them; each change is told to the audit trail."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from advocacy.models import ActionPlan, Campaign, CampaignText, Statement


class NotYours(PermissionError):
    """What the public reads is changed by those who may approve."""


def may_edit(user: User, row: Any) -> bool:
    """Whether somebody may change a campaign or an event: an officer, but an approver where the public reads it."""
    is_public = bool(getattr(row, "published_at", None) or getattr(row, "is_public", False))
    return user.has_perm("advocacy.approve" if is_public else "advocacy.edit")


@transaction.atomic
def save_campaign(
    campaign: Campaign, words: CampaignText, *, partners: Iterable[Any], bodies: Iterable[Any], actor: User
) -> Campaign:
    """Save a new or changed campaign and its text in one language. Raises NotYours for a public one."""
    is_new = campaign.pk is None
    if not is_new:
        # The row of this moment decides: it may have become public while the form was open.
        campaign.published_at = Campaign.objects.select_for_update().get(pk=campaign.pk).published_at
        if not may_edit(actor, campaign):
            raise NotYours
    elif campaign.officer is None:
        campaign.officer = actor
    campaign.save()
    campaign.partners.set(partners)
    campaign.target_bodies.set(bodies)
    save_text(campaign, words)
    record(actor, "started a campaign" if is_new else "changed a campaign", about=campaign, label=campaign.slug)
    return campaign


def save_text(campaign: Campaign, words: CampaignText) -> None:
    """Put the text of one language in the place of the one that was there; in the caller's transaction."""
    values = {"title": words.title, "aim": words.aim, "about": words.about}
    CampaignText.objects.update_or_create(campaign=campaign, language=words.language, defaults=values)


@transaction.atomic
def save_translation(campaign: Campaign, words: CampaignText, *, actor: User) -> None:
    """Save a campaign's text in another language. Raises NotYours for a public one."""
    row = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if not may_edit(actor, row):
        raise NotYours
    save_text(row, words)
    record(actor, f"wrote the text of a campaign in {words.language}", about=row, label=row.slug)


@transaction.atomic
def set_public(campaign: Campaign, *, is_public: bool, actor: User) -> bool:
    """Show a campaign to the public, or to colleagues only. True when that changed something."""
    rows = Campaign.objects.filter(pk=campaign.pk, published_at__isnull=is_public)
    changed = bool(rows.update(published_at=timezone.now() if is_public else None))
    if changed:
        what = "made a campaign public" if is_public else "took a campaign off the public pages"
        record(actor, what, about=campaign, label=campaign.slug)
    return changed


# What can be put into a campaign by its own page: name in the form → model and how the trail calls it.
BELONGINGS: dict[str, tuple[Any, str]] = {"statement": (Statement, "statement"), "plan": (ActionPlan, "action plan")}


@transaction.atomic
def put_in(campaign: Campaign, kind: str, pk: int, *, actor: User) -> bool:
    """Let a statement or plan that belongs to no campaign belong to this one. True when it did not before."""
    return _belong(campaign, kind, pk, put=True, actor=actor)


@transaction.atomic
def take_out(campaign: Campaign, kind: str, pk: int, *, actor: User) -> bool:
    """Let a statement or plan of this campaign belong to none. True when it belonged to it."""
    return _belong(campaign, kind, pk, put=False, actor=actor)


def _belong(campaign: Campaign, kind: str, pk: int, *, put: bool, actor: User) -> bool:
    model, word = BELONGINGS[kind]
    before, after = (None, campaign) if put else (campaign, None)
    rows = model.objects.visible_to(actor).filter(pk=pk, campaign=before)
    row = rows.first()
    if row is None or not model.objects.filter(pk=pk, campaign=before).update(campaign=after):
        return False
    sentence = f"put the {word} {row} into" if put else f"took the {word} {row} out of"
    record(actor, f"{sentence} the campaign {campaign.slug}", about=campaign, label=campaign.slug)
    return True


def without_campaign(user: User) -> list[tuple[str, str]]:
    """(kind:id, words) of the statements and plans one may see that belong to no campaign; two queries."""
    statements = Statement.objects.visible_to(user).filter(campaign=None).with_title().order_by("-changed_at")[:200]
    plans = ActionPlan.objects.visible_to(user).filter(campaign=None)[:200]
    found = [(f"statement:{row.pk}", f"{row.reference} {row.title or ''}".strip()) for row in statements]
    return found + [(f"plan:{row.pk}", _("Action plan: %(title)s") % {"title": row.title}) for row in plans]
