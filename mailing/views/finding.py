"""Finding the letter a page is about."""

from django.db.models import Exists, OuterRef, Prefetch
from django.http import Http404, HttpRequest

from mailing import papers
from mailing.models import Attachment, AudienceRule, Block, CountedLink, Mailing, MailingContent, Passage


def find(request: HttpRequest, reference: str, *, with_rules: bool = True) -> Mailing:
    """The letter of this reference, if the person may see it, with what every page of it shows; else 404.

    Most letters have no passages, attachments and blocks: that is asked here, so that pages need not ask for each.
    Those that do not ask who gets it go without its rules.
    """
    if "\0" in reference:
        raise Http404  # PostgreSQL refuses the character instead of finding nothing.
    rules = AudienceRule.objects.select_related("segment", "contact_list", "received", "contact")
    texts = MailingContent.objects.select_related("changed_by")
    along = [Prefetch("contents", texts), *([Prefetch("audience_rules", rules)] if with_rules else [])]
    found: Mailing | None = (
        Mailing.objects.visible_to(request.user)
        .select_related(
            "sender",
            "owner__courtesy_cap",
            "statement",
            "contact_list",
            "author",
            "submitted_by",
            "asked_approver",
            "approver",
        )
        .prefetch_related(*along)
        .annotate(
            has_passages=Exists(Passage.objects.filter(mailing=OuterRef("pk"))),
            some_blocks=Exists(Block.objects.filter(mailing=OuterRef("pk"))),
            has_attachments=Exists(Attachment.objects.filter(mailing=OuterRef("pk"))),
        )
        .filter(reference=reference)
        .first()
    )
    if found is None:
        raise Http404
    for content in found.contents.all():
        content.mailing = found
    return found


def find_sent(request: HttpRequest, reference: str) -> Mailing:
    """The same for pages about what left, which show neither texts nor rules: in one query; else 404."""
    people = ("submitted_by", "approver", "author", "sender", "owner", "statement")
    found: Mailing | None = (
        Mailing.objects.visible_to(request.user)
        .select_related(*people)
        .annotate(
            has_follow_ups=Exists(Mailing.objects.filter(follows=OuterRef("pk"))),
            has_counted_links=Exists(CountedLink.objects.filter(mailing=OuterRef("pk"))),
            papers_made=papers.made_so_far(),
        )
        .filter(reference=reference)
        .first()
    )
    if found is None:
        raise Http404
    return found
