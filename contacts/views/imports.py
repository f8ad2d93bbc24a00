"""Contacts → Imports: the list, an upload, its encoding and its columns, and what became of it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.access import requires
from contacts.colleagues import for_colleagues
from contacts.forms.imports import ColumnsForm, EncodingForm, SheetForm, UploadForm
from contacts.imports import uploading, working
from contacts.imports.errors import ImportRefused
from contacts.imports.guessing import columns_of, remember_columns
from contacts.imports.subscribing import READER
from contacts.imports.tables import read_table
from contacts.models import Contact, ImportRun
from contacts.models.runs import UNDO_DAYS, WrongStatus

PER_PAGE = 50
LOOK = 60  # Rows that are read to guess what the columns are.
OPEN = ("uploaded", "mapped", "checked")
TONES = {"applied": "ok", "held": "warn", "checked": "info", "reverted": "", "discarded": "", "uploaded": "info"}


def run_of(request: HttpRequest, reference: str, *, readers: bool = False) -> ImportRun:
    """The run of a reference, or 404. Imports of a list's readers have pages of their own: `readers` asks for those."""
    run = any_run_of(request, reference)
    if (run.options.get("reader") == READER) is not readers:
        raise Http404
    return run


def any_run_of(request: HttpRequest, reference: str) -> ImportRun:
    """The run of a reference, whatever is in it, or 404."""
    return get_object_or_404(ImportRun.objects.visible_to(request.user).select_related("by"), reference=reference)


def steps_of(run: ImportRun | None, current: int) -> list[dict[str, Any]]:
    """The road of an import: upload, match columns, check, apply; `current` counts from 0, 4 is behind the last."""
    reference = [run.reference] if run else []
    is_sheet = run is None or run.options.get("reader", "sheet") == "sheet"
    counts = run.counts if run else {}
    rows = counts.get("rows")
    matched = run.options.get("matched", "") if run else ""
    is_open = run is not None and run.status in OPEN
    told = [
        (_("Upload"), ngettext("%(n)d row", "%(n)d rows", rows) % {"n": rows} if rows else "", ""),
        (
            _("Match columns"),
            matched if is_sheet else _("not needed"),
            reverse("contacts:import_map", args=reference) if is_open and is_sheet and current > 1 else "",
        ),
        (_("Check"), "", reverse("contacts:import_check", args=reference) if is_open and current > 2 else ""),
        (_("Apply"), _("one click to undo"), ""),
    ]
    states = ["done" if number < current else "current" if number == current else "" for number in range(4)]
    return [
        {"label": label, "note": note, "url": url, "state": state}
        for (label, note, url), state in zip(told, states, strict=True)
    ]


@requires("contacts.view")
@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    """Every import, those of commands and of the schedule as well, newest first."""
    runs = ImportRun.objects.visible_to(request.user).select_related("by").defer("changes", "problems")
    page = Paginator(runs, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(run, TONES.get(run.status, "")) for run in page.object_list]
    return render(
        request, "contacts/import_list.html", {"nav": "contacts", "tab": "imports", "page_obj": page, "rows": rows}
    )


@requires("contacts.edit")
@for_colleagues
@require_http_methods(["GET", "HEAD", "POST"])
def import_upload(request: HttpRequest) -> HttpResponse:
    """Give a file or paste cells."""
    is_sent = request.method == "POST"
    form = UploadForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if is_sent and form.is_valid():
        day: Any = form.cleaned_data["as_of"]
        try:
            data, name = form.content()
            run = uploading.receive(data, name, actor=request.user, as_of=day)  # type: ignore[arg-type]
            return next_step(request, run, data)
        except ImportRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"nav": "contacts", "tab": "imports", "form": form, "steps": steps_of(None, 0)}
    return render(request, "contacts/import_upload.html", context, status=422 if form.errors else 200)


def next_step(request: HttpRequest, run: ImportRun, data: bytes) -> HttpResponse:
    """Where an upload goes on: encoding, columns, or straight to the check."""
    if uploading.needs_encoding(run, data):
        return redirect("contacts:import_encoding", run.reference)
    if run.options.get("reader") == READER:
        return redirect("contacts:subscriber_map", run.reference)
    if run.options.get("reader") == "sheet":
        return redirect("contacts:import_map", run.reference)
    return checked(request, run)


def checked(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Work the check out, then to its page; a file that is refused goes back to where it came from, with the reason."""
    try:
        working.start(run, "check", actor=request.user)  # type: ignore[arg-type]
    except (ImportRefused, WrongStatus) as refusal:
        messages.error(request, str(refusal))
        return redirect("contacts:import_detail", run.reference)
    return redirect("contacts:import_check", run.reference)


@requires("contacts.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def import_encoding(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask in which encoding the letters look right, with lines of the file."""
    run = any_run_of(request, reference)
    try:
        data = uploading.data_of(run)
    except ImportRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("contacts:import_detail", run.reference)
    offered = uploading.encoding_previews(data)
    form = EncodingForm(
        request.POST if request.method == "POST" else None, offered=[(code, name) for code, name, _lines in offered]
    )
    if request.method == "POST" and form.is_valid():
        run.options["encoding"] = form.cleaned_data["encoding"]
        ImportRun.objects.filter(pk=run.pk, status__in=OPEN).update(options=run.options)
        return next_step(request, run, data)
    chosen = form["encoding"].value()
    context = {
        "nav": "contacts",
        "run": run,
        "form": form,
        "offered": offered,
        "chosen": chosen,
        "steps": steps_of(run, 0),
    }
    return render(request, "contacts/import_encoding.html", context, status=422 if form.errors else 200)


@requires("contacts.edit")
@require_POST
def import_sheet(request: HttpRequest, reference: str) -> HttpResponse:
    """Take another sheet of the workbook."""
    run = run_of(request, reference)
    options = {**run.options, "sheet": request.POST.get("sheet", "").replace("\0", "")[:120]}
    ImportRun.objects.filter(pk=run.pk, status__in=OPEN).update(options=options)
    return redirect("contacts:import_map", run.reference)


@requires("contacts.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def import_map(request: HttpRequest, reference: str) -> HttpResponse:
    """Say which column is which field; guessed, or as the last time."""
    run = run_of(request, reference)
    if run.status not in OPEN or "shipped" in run.options:
        return redirect("contacts:import_detail", run.reference)
    options = run.options
    try:
        data = uploading.data_of(run)
        if uploading.needs_encoding(run, data):
            return redirect("contacts:import_encoding", run.reference)
        table = read_table(data, run.file_name, options.get("encoding", ""), options.get("sheet", ""), LOOK)
    except ImportRefused as refusal:
        context = {"nav": "contacts", "run": run, "refusal": str(refusal), "steps": steps_of(run, 0)}
        return render(request, "contacts/import_refused.html", context, status=422)
    columns, last_time = columns_of(table)
    form = ColumnsForm(request.POST if request.method == "POST" else None, columns=columns)
    if request.method == "POST" and form.is_valid():
        return _mapped(request, run, form, last_time)
    context = {
        "nav": "contacts",
        "run": run,
        "form": form,
        "matched": sum(bool(column.field) for column in columns),
        "number": len(form.columns),
        "last_time": last_time,
        "sheets": SheetForm(sheets=table.sheets, initial={"sheet": options.get("sheet")})
        if len(table.sheets) > 1
        else None,
        "steps": steps_of(run, 1),
    }
    return render(request, "contacts/import_map.html", context, status=422 if form.errors else 200)


def _mapped(request: HttpRequest, run: ImportRun, form: ColumnsForm, last_time: int) -> HttpResponse:
    """Keep the mapping with the run and for the next time, then check."""
    chosen = form.chosen()
    number, of = sum(map(bool, chosen.values())), len(chosen)
    told = _("%(n)d of %(of)d, as last time") if last_time and not form.has_changed() else _("%(n)d of %(of)d")
    with transaction.atomic():
        run.options |= {"mapping": form.mapping, "matched": told % {"n": number, "of": of}}
        ImportRun.objects.filter(pk=run.pk).update(options=run.options)
        remember_columns(chosen, actor=request.user)  # type: ignore[arg-type]
        if run.status == ImportRun.Status.UPLOADED:
            run.move_to(ImportRun.Status.MAPPED, actor=request.user)  # type: ignore[arg-type]
    return checked(request, run)


@requires("contacts.view")
@require_GET
def import_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """What became of an import; one that is not finished leads to its next step."""
    run = any_run_of(request, reference)
    if run.options.get("reader") == READER:
        return redirect("contacts:subscriber_import", run.reference)
    may_edit = request.user.has_perm("contacts.edit")
    if run.working == "undo":
        return render(request, "contacts/import_working.html", {"nav": "contacts", "run": run})
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRefresh()  # The page that waited for the worker reads itself again.
    if may_edit and run.status in ("checked", "held"):
        return redirect("contacts:import_check", run.reference)
    stayed = run.outcome.get("stayed", [])
    people = Contact.objects.visible_to(request.user).living().in_bulk({found["contact"] for found in stayed})
    context = {
        "nav": "contacts",
        "run": run,
        "steps": steps_of(run, 4 if run.status in ("applied", "reverted") else 1 if run.status == "mapped" else 0),
        "may_go_on": may_edit and run.status in OPEN,
        "is_sheet": run.options.get("reader") == "sheet",
        "stayed": [(people.get(found["contact"]), found["what"]) for found in stayed],
        "tone": TONES.get(run.status, ""),
        "undo_days": UNDO_DAYS,
    }
    return render(request, "contacts/import_detail.html", context)
