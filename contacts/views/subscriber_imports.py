"""Contacts → Lists → Import people with proof: upload, match columns, check, apply, and take back."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.access import requires
from contacts.colleagues import for_colleagues
from contacts.forms.subscriber_imports import ReaderColumnsForm, ReadersForm
from contacts.imports import subscriber_sheet, subscribing, uploading, working
from contacts.imports.deciding import Decisions, OutOfDate
from contacts.imports.errors import ImportRefused
from contacts.imports.tables import read_table
from contacts.models import Contact, ImportFile, ImportRun
from contacts.models.runs import UNDO_DAYS, WrongStatus
from contacts.views.imports import LOOK, OPEN, next_step, run_of, steps_of
from contacts.views.lists import list_of

FIRST = 20


@requires("contacts.edit")
@for_colleagues
@require_http_methods(["GET", "HEAD", "POST"])
def subscriber_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a file of people who agreed, or paste cells."""
    found = list_of(request, pk)
    is_sent = request.method == "POST"
    form = ReadersForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if is_sent and form.is_valid():
        try:
            data, name = form.content()
            run = subscribing.receive(data, name, contact_list=found, actor=request.user)  # type: ignore[arg-type]
            return next_step(request, run, data)
        except ImportRefused as refusal:
            form.add_error(None, str(refusal))
    context = {**_head(None, 0), "form": form, "list": found}
    return render(request, "contacts/subscriber_upload.html", context, status=422 if form.errors else 200)


@requires("contacts.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def subscriber_map(request: HttpRequest, reference: str) -> HttpResponse:
    """Say which column is which field; guessed, or as the last time."""
    run = run_of(request, reference, readers=True)
    if run.status not in OPEN:
        return redirect("contacts:subscriber_import", run.reference)
    options = run.options
    try:
        found = subscribing.list_of(run)
        data = uploading.data_of(run)
        if uploading.needs_encoding(run, data):
            return redirect("contacts:import_encoding", run.reference)
        table = read_table(data, run.file_name, options.get("encoding", ""), options.get("sheet", ""), LOOK)
    except ImportRefused as refusal:
        context = {**_head(run, 0), "refusal": str(refusal)}
        return render(request, "contacts/import_refused.html", context, status=422)
    columns, last_time = subscriber_sheet.columns_of(table)
    form = ReaderColumnsForm(request.POST if request.method == "POST" else None, columns=columns)
    if request.method == "POST" and form.is_valid():
        return _mapped(request, run, form)
    matched = sum(bool(column.field) for column in columns)
    context = {
        **_head(run, 1),
        "list": found,
        "form": form,
        "matched": matched,
        "number": len(form.columns),
        "last_time": last_time,
    }
    return render(request, "contacts/subscriber_map.html", context, status=422 if form.errors else 200)


def _mapped(request: HttpRequest, run: ImportRun, form: ReaderColumnsForm) -> HttpResponse:
    """Keep the mapping with the run and for the next time, then check."""
    chosen = form.chosen()
    with transaction.atomic():
        told = _("%(n)d of %(of)d") % {"n": sum(map(bool, chosen.values())), "of": len(chosen)}
        run.options |= {"columns": form.mapping, "matched": told}
        ImportRun.objects.filter(pk=run.pk).update(options=run.options)
        subscriber_sheet.remember_columns(chosen, actor=request.user)  # type: ignore[arg-type]
        if run.status == ImportRun.Status.UPLOADED:
            run.move_to(ImportRun.Status.MAPPED, actor=request.user)  # type: ignore[arg-type]
    try:
        working.start(run, "check", actor=request.user)  # type: ignore[arg-type]
    except (ImportRefused, WrongStatus) as refusal:
        messages.error(request, str(refusal))
    return redirect("contacts:subscriber_import", run.reference)


@requires("contacts.view")
@require_safe
def subscriber_import(request: HttpRequest, reference: str) -> HttpResponse:
    """Where the import is: what it would do, to be read before anything happens, or what became of it."""
    run = run_of(request, reference, readers=True)
    if run.working:
        return render(request, "contacts/import_working.html", {"nav": "contacts", "run": run})
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRefresh()  # The page that waited for the worker reads itself again.
    may_edit = request.user.has_perm("contacts.edit")
    if run.status == ImportRun.Status.CHECKED and may_edit:
        preview = ImportFile.objects.filter(run=run).values_list("preview", flat=True).first()
        if preview:
            return _check_page(request, run, preview)
    if run.status in OPEN and may_edit:
        return redirect("contacts:subscriber_map", run.reference)
    stayed = [found["contact"] for found in run.outcome.get("stayed", [])]
    people = Contact.objects.visible_to(request.user).living().in_bulk(stayed)
    context = {
        **_head(run, 4),
        "list": subscribing.list_of(run),
        "stayed": [people.get(pk) for pk in stayed],
        "undo_days": UNDO_DAYS,
    }
    return render(request, "contacts/subscriber_import.html", context)


def _check_page(request: HttpRequest, run: ImportRun, preview: dict[str, Any], *, status: int = 200) -> HttpResponse:
    counts = preview["counts"]
    joining = counts["new"] + counts["changed"]
    context = {
        **_head(run, 2),
        "list": subscribing.list_of(run),
        "preview": preview,
        "counts": counts,
        "joining": joining,
        "more_problems": max(0, counts["errors"] - len(preview["problems"])),
        "first": FIRST,
        "out_of_date": status == 409,
        "refusal": run.options.get("refusal", ""),
    }
    return render(request, "contacts/subscriber_check.html", context, status=status)


@requires("contacts.edit")
@require_POST
def subscriber_apply(request: HttpRequest, reference: str) -> HttpResponse:
    """Add the people who were read. 409 when it would do something else by now."""
    run = run_of(request, reference, readers=True)
    decisions = Decisions(request.POST.get("digest", "")[:64])
    if run.status == ImportRun.Status.CHECKED:
        try:
            working.start(run, "apply", actor=request.user, decisions=decisions)  # type: ignore[arg-type]
        except OutOfDate:
            return _check_page(request, run, working.again(run), status=409)
        except (ImportRefused, WrongStatus) as refusal:
            messages.error(request, str(refusal))
    return redirect("contacts:subscriber_import", run.reference)


@requires("contacts.edit")
@require_POST
def subscriber_discard(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the import up; nothing was changed."""
    run = run_of(request, reference, readers=True)
    try:
        uploading.discard(run, actor=request.user)  # type: ignore[arg-type]
    except WrongStatus:
        messages.error(request, _("The import has moved on meanwhile."))
    return redirect("contacts:subscriber_import", run.reference)


@requires("contacts.edit")
@require_POST
def subscriber_undo(request: HttpRequest, reference: str) -> HttpResponse:
    """Take an applied import back. Doing it twice changes nothing the second time."""
    run = run_of(request, reference, readers=True)
    try:
        working.start(run, "undo", actor=request.user)  # type: ignore[arg-type]
    except WrongStatus:
        if run.status != ImportRun.Status.REVERTED:
            messages.error(request, _("This import cannot be taken back any more."))
    return redirect("contacts:subscriber_import", run.reference)


def _head(run: ImportRun | None, step: int) -> dict[str, Any]:
    return {"nav": "contacts", "tab": "lists", "run": run, "steps": steps_of(run, step)}
