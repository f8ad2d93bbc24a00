"""PDFs: of what is published for everybody, of drafts for colleagues. How they are made: advocacy.pdf."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from accounts.access import requires
from advocacy.languages import is_reading_language
from advocacy.models import ActionPlan, Statement
from advocacy.pdf import Pdf, PdfError, of_plan, of_statement
from advocacy.pdf_store import Busy
from advocacy.views.framing import public_page, standing_frame
from advocacy.views.statements import detail_page, find


def _file(pdf: Pdf) -> HttpResponse:
    """The bytes under a clean name, shown where the browser can. Raises PdfError."""
    response = HttpResponse(pdf.content(), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{pdf.name}"'
    response["Content-Language"] = pdf.document["lang"]
    return response


def _public_file(request: HttpRequest, lang: str, nav: str, pdf: Pdf, page: str) -> HttpResponse:
    """The file with its ETag, or 304 before anything is made, or a page with the sentence that says why there is none.

    `page` is the address of the page that says the same, which search engines shall name.
    """
    etag = f'"{pdf.digest}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    try:
        response = _file(pdf)
    except PdfError as error:
        context = {**standing_frame(lang, nav), "sentence": str(error), "page": page}
        response = render(request, "public/pdf_not_made.html", context, status=503 if isinstance(error, Busy) else 422)
        response["Cache-Control"] = "no-store"
        if isinstance(error, Busy):
            response["Retry-After"] = "60"
        return response
    response["ETag"] = etag
    response["Link"] = f'<{settings.SITE_URL}{page}>; rel="canonical"'
    return response


@public_page
def statement_public(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    """A published statement in one of its languages; 404 for any other, 410 when it was withdrawn."""
    statement = Statement.objects.filter(slug=slug).select_related("owner").first()
    if statement is None or statement.status not in {Statement.Status.PUBLISHED, Statement.Status.WITHDRAWN}:
        raise Http404
    if statement.status == Statement.Status.WITHDRAWN:
        context = {**standing_frame(lang, "statements"), "statement": statement}
        return render(request, "public/statement_gone.html", context, status=410)
    text = statement.texts.filter(language=lang).first()
    if text is None:
        raise Http404
    page = reverse("public:statement_detail", kwargs={"lang": lang, "slug": slug})
    return _public_file(request, lang, "statements", of_statement(statement, text), page)


@public_page
def plan_public(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    """A published plan with its table, worded in the language of the address where it is translated."""
    plan = ActionPlan.objects.filter(slug=slug, published_at__isnull=False).select_related("owner").first()
    if plan is None:
        raise Http404
    page = reverse("public:plan_detail", kwargs={"lang": lang, "slug": slug})
    return _public_file(request, lang, "plans", of_plan(plan, lang), page)


@require_safe
@requires("advocacy.view")
def statement_draft(request: HttpRequest, reference: str) -> HttpResponse:
    """A statement as it stands (?lang=fr), for colleagues: while it is not published, "Draft" is on every page."""
    statement = find(request, reference)
    text = statement.texts.filter(language=request.GET.get("lang") or statement.source_language).first()
    if text is None:
        raise Http404
    pdf = of_statement(statement, text)
    try:
        return _file(pdf)
    except PdfError as error:
        return detail_page(request, statement, error=str(error), status=503 if isinstance(error, Busy) else 422)


@require_safe
@requires("advocacy.view")
def plan_draft(request: HttpRequest, slug: str) -> HttpResponse:
    """A plan as it is being written (?lang=fr), for colleagues, with "Draft" on every page."""
    plan = ActionPlan.objects.visible_to(request.user).filter(slug=slug).select_related("owner").first()
    if plan is None:
        raise Http404
    language = request.GET.get("lang") or plan.language
    if not is_reading_language(language):
        raise Http404
    pdf = of_plan(plan, language, as_written=True)
    try:
        return _file(pdf)
    except PdfError as error:
        status = 503 if isinstance(error, Busy) else 422
        return HttpResponse(str(error), status=status, content_type="text/plain; charset=utf-8")
