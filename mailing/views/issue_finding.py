"""Finding the issue a page is about, and its blocks."""

from django.http import Http404, HttpRequest

from mailing.models import Block, Mailing
from mailing.views.finding import find


def find_issue(request: HttpRequest, reference: str) -> Mailing:
    """The issue of this reference, if the person may see it; else 404, for a letter too."""
    mailing = find(request, reference, with_rules=False)
    if mailing.kind != Mailing.Kind.NEWSLETTER or mailing.contact_list_id is None:
        raise Http404
    return mailing


def find_block(mailing: Mailing, pk: int) -> Block | None:
    """A block of this issue; None where somebody took it out, or it belongs to another."""
    found: Block | None = Block.objects.filter(mailing=mailing, pk=pk).select_related("statement", "plan").first()
    if found is not None:
        found.mailing = mailing
    return found
