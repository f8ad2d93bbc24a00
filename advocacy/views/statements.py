"""The list of statements, a new one, and the page of one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import requires
from advocacy import publishing, registry
from advocacy.drafting import create_statement
from advocacy.forms.statements import FilterForm, LanguageForm, ReviewForm, StartForm
from advocacy.models import Statement
from advocacy.richtext import safe
from advocacy.story import facts_of, road_of

PER_PAGE = 25


def find(request: HttpRequest, reference: str) -> Statement:
    """The statement of this reference, if the person may see it; else 404."""
    found: Statement | None = (
        Statement.objects.visible_to(request.user)
        .select_related("author", "submitted_by", "approved_by", "asked_approver", "supersedes")
        .filter(reference=reference)
        .first()
    )
    if found is None:
        raise Http404
    return found


@requires("advocacy.view")
def statement_list(request: HttpRequest) -> HttpResponse:
    """All statements one may see, newest change first; search, state and kind narrow it."""
    form = FilterForm(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    everything = Statement.objects.visible_to(request.user)
    rows = everything.with_title().prefetch_related("texts").order_by("-changed_at", "-id")
    if wanted.get("status"):
        rows = rows.filter(status=wanted["status"])
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    if wanted.get("q"):
        rows = rows.matching(wanted["q"])
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "nav": "statements",
        "form": form,
        "page_obj": page,
        "is_filtered": any(wanted.values()),
        "is_empty": not page.object_list and not everything.exists(),
    }
    return render(request, "advocacy/statement_list.html", context)


@requires("advocacy.edit")
def statement_create(request: HttpRequest) -> HttpResponse:
    """Start a statement: title, kind, language."""
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        statement = create_statement(actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        messages.success(request, _("%(reference)s is started.") % {"reference": statement.reference})
        return redirect("advocacy:statement_edit", reference=statement.reference)
    return render(request, "advocacy/statement_create.html", {"nav": "statements", "form": form})


@requires("advocacy.view")
def statement_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One statement: where it stands, what is next, its text in each language, its history."""
    return detail_page(request, find(request, reference))


def detail_page(request: HttpRequest, statement: Statement, *, error: str = "", status: int = 200) -> HttpResponse:
    """The page of a statement; `error` is a sentence about a step that was just refused."""
    user = request.user
    texts = list(statement.texts.all())
    shown = next((text for text in texts if text.language == request.GET.get("lang")), None) or next(
        (text for text in texts if text.language == statement.source_language), None
    )
    people = publishing.approvers(statement, but=user if statement.status == "draft" else None)  # type: ignore[arg-type]
    context = {
        "nav": "statements",
        "statement": statement,
        "texts": texts,
        "text": shown,
        "body": safe(shown.body) if shown else "",
        "error": error,
        "steps": road_of(statement),
        "facts": facts_of(statement, texts),
        "versions": statement.versions.select_related("author")[:20],
        "approvers": people,
        "seen": statement.digest() if statement.status == "in_review" else "",
        "may_edit": user.has_perm("advocacy.edit"),
        "may_approve": user.has_perm("advocacy.approve"),
        "is_mine": statement.submitted_by_id == user.pk,
        "review_form": ReviewForm(approvers=people, initial={"note": request.POST.get("note", "")[:500]}),
        "language_form": LanguageForm(taken={text.language for text in texts}),
        "actions": [action for fill in registry.statement_actions for action in fill(user, statement)],  # type: ignore[arg-type]
        "sent": sorted((entry for fill in registry.sent_to for entry in fill(statement)), key=lambda entry: entry.at),
    }
    return render(request, "advocacy/statement_detail.html", context, status=status)
