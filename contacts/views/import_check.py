"""The check of an import: what it would change, and the decision about it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts import audit
from accounts.access import requires
from accounts.exports import csv_download, xlsx_download
from contacts.exporting import FORMATS
from contacts.forms.imports import ApplyForm, RepairedForm, WordForm
from contacts.imports import uploading, vocabulary, working
from contacts.imports.checking import check, rows_shown
from contacts.imports.deciding import Decisions, NotAllowed, OutOfDate
from contacts.imports.errors import ImportRefused, UnknownWord
from contacts.imports.failing import failing_rows
from contacts.models import ImportFile, ImportRun
from contacts.models.runs import WrongStatus
from contacts.views.imports import checked, run_of, steps_of

OPEN = ("checked", "held")
FIRST = 20  # So many of each kind stand open on the page; the others are folded.


@requires("contacts.edit")
@require_safe
def import_check(request: HttpRequest, reference: str) -> HttpResponse:
    """What the import would change, to be read before anything is."""
    run = run_of(request, reference)
    if run.working:
        return render(request, "contacts/import_working.html", {"nav": "contacts", "run": run})
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRefresh()  # The page that waited for the worker reads itself again.
    if run.status not in OPEN:
        return redirect("contacts:import_detail", run.reference)
    preview = _preview(run)
    if preview is None:
        return _gone(request, run)
    return _page(request, run, preview)


def _preview(run: ImportRun) -> dict[str, Any] | None:
    """What was found in the file; worked out now for a run of a command. None when the file is gone."""
    preview = ImportFile.objects.filter(run=run).values_list("preview", flat=True).first()
    if preview:
        return preview
    if run.status == ImportRun.Status.HELD and not run.options.get("reader"):
        ImportFile.objects.get_or_create(run=run, defaults={"data": b""})
    try:
        return check(run)
    except ImportRefused:
        return None


def _gone(request: HttpRequest, run: ImportRun) -> HttpResponse:
    refusal = _("Its file is no longer kept or cannot be read. Upload the file again as a new import.")
    context = {"nav": "contacts", "run": run, "refusal": refusal, "steps": steps_of(run, 0)}
    return render(request, "contacts/import_refused.html", context, status=410)


def _page(request: HttpRequest, run: ImportRun, preview: dict[str, Any], *, status: int = 200) -> HttpResponse:
    counts = preview["counts"]
    changes = counts["new"] + counts["changed"]
    may_release = request.user.has_perm("contacts.release_import")
    for question in preview["questions"][:FIRST]:
        question["choices"] = sorted(vocabulary.choices(question["kind"]).items(), key=lambda pair: str(pair[1]))
    context = {
        "nav": "contacts",
        "run": run,
        "preview": preview,
        "counts": counts,
        "changes": changes,
        "steps": steps_of(run, 2),
        "first": FIRST,
        "more_changed": max(0, counts["changed"] - len(preview["changed"])),
        "more_new": max(0, counts["new"] - len(preview["new"])),
        "may_apply": not preview["hold_reason"] or may_release,
        "nothing": not changes and not counts["gone"] and not counts["kept"],
        "out_of_date": status == 409,
        "refusal": run.options.get("refusal", ""),
        "today": timezone.localdate(),
        "repaired": RepairedForm(),
    }
    return render(request, "contacts/import_check.html", context, status=status)


@requires("contacts.edit")
@require_POST
def import_word(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what a word of the file means, for all its rows and every later import; the check is made again."""
    run = run_of(request, reference)
    form = WordForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what the word means first."))
    else:
        try:
            data = form.cleaned_data
            vocabulary.remember(data["kind"], data["label"], data["code"], request.user)  # type: ignore[arg-type]
        except (UnknownWord, ValueError) as error:
            messages.error(request, str(error))
    return checked(request, run) if run.status in OPEN else redirect("contacts:import_detail", run.reference)


@requires("contacts.edit")
@require_POST
def import_file(request: HttpRequest, reference: str) -> HttpResponse:
    """A repaired file in the place of the first; read in the same way and checked again."""
    run = run_of(request, reference)
    form = RepairedForm(request.POST, request.FILES)
    if run.status != ImportRun.Status.CHECKED:
        return redirect("contacts:import_detail", run.reference)
    if not form.is_valid():
        messages.error(request, _("Choose the repaired file first; it must not be empty."))
        return redirect("contacts:import_check", run.reference)
    file = form.cleaned_data["file"]
    try:
        if file.size > uploading.MAX_BYTES:
            raise ImportRefused(_("The file is larger than 20 MB. Split it and import the parts."))
        uploading.replace(run, file.read(), str(file.name), actor=request.user)  # type: ignore[arg-type]
    except ImportRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("contacts:import_check", run.reference)
    return checked(request, run)


@requires("contacts.edit")
@require_safe
def import_rows(request: HttpRequest, reference: str, fmt: str) -> HttpResponseBase:
    """The rows with a problem as a file, each with what is wrong, to be repaired and uploaded again."""
    run = run_of(request, reference)
    if fmt not in FORMATS:
        raise Http404
    try:
        header, rows = failing_rows(run)
    except ImportRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("contacts:import_detail", run.reference)
    audit.record(request.user, "downloaded the failing rows of an import", about=run, label=run.reference)  # type: ignore[arg-type]
    if fmt == "xlsx":
        return xlsx_download(f"{run.reference}-rows.xlsx", header, rows)
    return csv_download(f"{run.reference}-rows.csv", header, rows)


@requires("contacts.edit")
@require_POST
def import_apply(request: HttpRequest, reference: str) -> HttpResponse:
    """Apply what was read, less what was unticked. 409 when it would do something else by now."""
    run = run_of(request, reference)
    form = ApplyForm(request.POST)
    if run.status not in OPEN or not form.is_valid():
        return redirect("contacts:import_detail", run.reference)
    preview = ImportFile.objects.filter(run=run).values_list("preview", flat=True).first() or {}
    try:
        working.start(run, "apply", actor=request.user, decisions=_decisions(request, form, preview))  # type: ignore[arg-type]
    except OutOfDate:
        return _page(request, run, check(run), status=409)
    except NotAllowed as error:
        raise PermissionDenied from error
    except (ImportRefused, WrongStatus) as refusal:
        messages.error(request, str(refusal))
    return redirect("contacts:import_detail", run.reference)


def _decisions(request: HttpRequest, form: ApplyForm, preview: dict[str, Any]) -> Decisions:
    shown = rows_shown(preview, "changed", "new")
    ticked, asked = _rows(request, "apply"), _rows(request, "override")
    # A person who may tick only what was shown cannot leave out anything else.
    return Decisions(
        digest=form.cleaned_data["digest"],
        skip=shown - ticked,
        override=rows_shown(preview, "changed") & asked,
        gone=form.cleaned_data["gone"] or "leave",
    )


def _rows(request: HttpRequest, name: str) -> set[int]:
    return {
        int(value) for value in request.POST.getlist(name) if value.isascii() and value.isdigit() and len(value) < 9
    }


@requires("contacts.edit")
@require_POST
def import_hold(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask an administrator to release a held import."""
    run = run_of(request, reference)
    try:
        run.move_to(ImportRun.Status.HELD, actor=request.user, note="asked for a held import to be released")  # type: ignore[arg-type]
    except WrongStatus:
        messages.error(request, _("The import has moved on meanwhile."))
    return redirect("contacts:import_detail", run.reference)


@requires("contacts.edit")
@require_POST
def import_discard(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the import up; nothing was changed. A held one only by who may release it."""
    run = run_of(request, reference)
    if run.status == ImportRun.Status.HELD and not request.user.has_perm("contacts.release_import"):
        raise PermissionDenied
    try:
        uploading.discard(run, actor=request.user)  # type: ignore[arg-type]
    except WrongStatus:
        messages.error(request, _("The import has moved on meanwhile."))
    return redirect("contacts:import_detail", run.reference)


@requires("contacts.edit")
@require_POST
def import_undo(request: HttpRequest, reference: str) -> HttpResponse:
    """Take an applied import back. Doing it twice changes nothing the second time."""
    run = run_of(request, reference)
    try:
        working.start(run, "undo", actor=request.user)  # type: ignore[arg-type]
    except WrongStatus:
        if run.status != ImportRun.Status.REVERTED:
            messages.error(request, _("This import cannot be taken back any more."))
    return redirect("contacts:import_detail", run.reference)
