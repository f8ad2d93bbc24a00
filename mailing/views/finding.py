"""Finding the letter a page is about."""

from django.db.models import Exists, OuterRef, Prefetch
from django.http import Http404, HttpRequest

from mailing.models import Attachment, AudienceRule, Mailing, Passage


def find(request: HttpRequest, reference: str) -> Mailing:
    """The letter of this reference, if the person may see it, with what every page of it shows; else 404.

    Most letters have no passages and no attachments: that is asked here, so that pages need not ask for each.
    """
    found: Mailing | None = (
        Mailing.objects.visible_to(request.user)
        .select_related("sender", "owner", "statement", "author", "submitted_by", "asked_approver", "approver")
        .prefetch_related("contents", Prefetch("audience_rules", AudienceRule.objects.select_related("segment")))
        .annotate(
            has_passages=Exists(Passage.objects.filter(mailing=OuterRef("pk"))),
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
