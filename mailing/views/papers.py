"""Files and PDFs of a letter: added and taken out while it is written, read at any time."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.audit import record
from advocacy.models import StatementAttachment
from advocacy.pdf_store import Busy, one_at_a_time
from advocacy.typesetting import PdfError
from mailing import enclosing, papers
from mailing.bundling import bundle, pieces
from mailing.lifecycle import LifecycleError
from mailing.models import Attachment, Delivery, Mailing
from mailing.paper_forms import EnclosureForm, PaperForm
from mailing.views.finding import find

PDF = "application/pdf"


def _back(mailing: Mailing) -> HttpResponse:
    return redirect(f"{reverse('mailing:letter_write', args=[mailing.reference])}#files")


def _say_withdrawn(request: HttpRequest, mailing: Mailing) -> None:
    if mailing.status != Mailing.Status.DRAFT:
        messages.warning(request, _("The letter is a draft again and needs a new approval."))


@require_POST
@requires("mailing.edit")
def letter_file_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Let a file go along."""
    mailing = find(request, reference)
    languages = [content.language for content in mailing.contents.all()]
    form = EnclosureForm(request.POST, request.FILES, languages=languages)
    user: Any = request.user
    if not form.is_valid():
        told = " ".join(f"{form.fields[name].label}: {found[0]}" for name, found in form.errors.items())
        messages.error(request, _("Not attached. %(what)s") % {"what": told})
        return _back(mailing)
    try:
        enclosing.attach(mailing, actor=user, **form.cleaned_data)
    except LifecycleError as error:
        messages.error(request, _("Not attached. %(what)s") % {"what": error})
        return _back(mailing)
    messages.success(request, _("The file goes with each letter."))
    _say_withdrawn(request, mailing)
    return _back(mailing)


@require_POST
@requires("mailing.edit")
def letter_file_take(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Let a file of the statement go along."""
    mailing = find(request, reference)
    files = mailing.statement.attachments if mailing.statement else StatementAttachment.objects.none()
    file = files.filter(pk=pk).first()
    if file is None:
        raise Http404
    user: Any = request.user
    try:
        enclosing.take(mailing, file, actor=user)
    except LifecycleError as error:
        messages.error(request, _("Not attached. %(what)s") % {"what": error})
        return _back(mailing)
    messages.success(request, _("The file goes with each letter."))
    _say_withdrawn(request, mailing)
    return _back(mailing)


@require_POST
@requires("mailing.edit")
def letter_file_remove(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take a file out."""
    mailing = find(request, reference)
    user: Any = request.user
    try:
        enclosing.detach(_file(mailing, pk), actor=user)
    except LifecycleError as error:
        messages.error(request, str(error))
        return _back(mailing)
    messages.success(request, _("The file is taken out."))
    _say_withdrawn(request, mailing)
    return _back(mailing)


@require_POST
@requires("mailing.edit")
def letter_paper(request: HttpRequest, reference: str) -> HttpResponse:
    """Say how the PDF goes along."""
    mailing = find(request, reference)
    form = PaperForm(request.POST)
    user: Any = request.user
    if not form.is_valid():
        messages.error(request, _("Not saved: choose whether a PDF goes along."))
        return _back(mailing)
    try:
        if enclosing.choose_paper(mailing, form.cleaned_data["paper"], actor=user):
            messages.success(request, _("Saved."))
            _say_withdrawn(request, mailing)
    except LifecycleError as error:
        messages.error(request, str(error))
    return _back(mailing)


@require_safe
@requires("mailing.view")
def letter_file(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """A file of a letter, as a download that no browser opens in our name."""
    file = _file(find(request, reference), pk)
    response = HttpResponse(bytes(file.content), content_type=file.media_type)
    return _safely(response, f'attachment; filename="{file.name.encode("ascii", "replace").decode()}"')


def _file(mailing: Mailing, pk: int) -> Attachment:
    found = Attachment.objects.filter(mailing=mailing, pk=pk).first()
    if found is None:
        raise Http404
    found.mailing = mailing
    return found


def _safely(response: HttpResponse, disposition: str) -> HttpResponse:
    response["Content-Disposition"] = disposition
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _no_pdf(request: HttpRequest, mailing: Mailing, error: PdfError) -> HttpResponse:
    """The page that says why there is no PDF."""
    context = {"nav": "letters", "mailing": mailing, "sentence": str(error)}
    status = 503 if isinstance(error, Busy) else 422
    return render(request, "mailing/paper_not_made.html", context, status=status)


@require_safe
@requires("mailing.view")
def letter_paper_preview(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The PDF of recipient `number` (from 1) as it would be now, or as it was frozen."""
    mailing = find(request, reference)
    reader = papers.reader_at(mailing, number)
    if reader is None:
        raise Http404
    try:
        with one_at_a_time():
            [content] = papers.papers_for(mailing, [reader])
    except PdfError as error:
        return _no_pdf(request, mailing, error)
    return _safely(HttpResponse(content, content_type=PDF), f'inline; filename="{reference}-preview.pdf"')


@require_safe
@requires("mailing.view")
def letter_pdf(request: HttpRequest, reference: str, public_id: UUID) -> HttpResponse:
    """One recipient's letter on letterhead: as it was sent, else as it would be now."""
    mailing = find(request, reference)
    delivery = Delivery.objects.filter(mailing=mailing, public_id=public_id).select_related("paper").first()
    if delivery is None or delivery.status == Delivery.Status.SKIPPED or not delivery.email:
        raise Http404
    delivery.mailing = mailing
    try:
        content = papers.paper_of(delivery)
    except PdfError as error:
        return _no_pdf(request, mailing, error)
    return _safely(HttpResponse(content, content_type=PDF), f'inline; filename="{reference}.pdf"')


@require_safe
@requires("mailing.view")
def letters_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """All letters that left, as one PDF; of many, in parts (?part=2). Who took it is written down."""
    mailing = find(request, reference)
    parts = pieces(mailing)
    asked = request.GET.get("part", "")
    part = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0
    if not parts or part > len(parts) or (len(parts) > 1 and not part):
        context = {"nav": "letters", "mailing": mailing, "parts": parts}
        return render(request, "mailing/letters_pdf.html", context, status=404 if parts and part else 200)
    try:
        with one_at_a_time():
            content = bundle(mailing, parts[max(part, 1) - 1])
    except PdfError as error:
        return _no_pdf(request, mailing, error)
    record(request.user, f"took the letters of {reference} as a PDF", about=mailing, label=reference)  # type: ignore[arg-type]
    name = f"{reference}-letters{f'-{part}' if part else ''}.pdf"
    return _safely(HttpResponse(content, content_type=PDF), f'attachment; filename="{name}"')
