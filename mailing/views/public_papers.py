"""A letter's PDF for its reader, by the link in the letter. The token is the only authority; nobody is counted."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import public
from mailing import unsubscribe


@public
@never_cache
@require_safe
def letter(request: HttpRequest, token: str) -> HttpResponse:
    """The PDF as it was made before the letter left; a sentence and 404 where there is none (any more)."""
    delivery = unsubscribe.delivery_of(token)
    is_open = delivery is not None and delivery.email and delivery.mailing.links_papers
    content = delivery.paper_bytes if delivery and is_open else None
    if delivery is None or content is None:
        context = {"lang": settings.LANGUAGE_CODE, "register_id": settings.TRANSPARENCY_REGISTER_ID}
        return render(request, "public/unsubscribe_unknown.html", context, status=404)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{delivery.mailing.reference}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex"
    return response
