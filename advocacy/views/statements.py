"""The list of statements, a new one, and the page of one."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import requires
from advocacy import kinds, publishing, registry, safety, translating
from advocacy.citing import with_sources
from advocacy.commenting import threads_of
from advocacy.drafting import create_statement
from advocacy.forms.review import CommentForm, FileForm, SafetyForm, ScheduleForm
from advocacy.forms.statements import FilterForm, LanguageForm, ReviewForm, StartForm
from advocacy.models import Statement, StatementText, digest_of
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
    # Read once for everything below; what a step just wrote is among it, as `statement` is read anew after a step.
    prefetch_related_objects([statement], Prefetch("texts", StatementText.objects.select_related("changed_by")))
    texts = list(statement.texts.all())
    translating.mark_behind(statement, texts)
    shown = next((text for text in texts if text.language == request.GET.get("lang")), None) or next(
        (text for text in texts if text.language == statement.source_language), None
    )
    is_before_approval = statement.status in {"draft", "in_review"}
    asker = user if statement.status == "draft" else None
    people = publishing.approvers(statement, but=asker) if is_before_approval else []  # type: ignore[arg-type]
    digest = digest_of(statement.texts_as_json(texts))
    body, sources = with_sources(shown.body, shown.language) if shown else ("", [])
    context = {
        "nav": "statements",
        "statement": statement,
        "texts": texts,
        "text": shown,
        "body": body,
        "sources": sources,
        "error": error,
        "steps": road_of(statement),
        "facts": facts_of(statement, texts),
        "versions": statement.versions.select_related("author")[:20],
        "approvers": people,
        "seen": digest,
        **_road_context(statement, texts, digest),
        **_talk_context(statement, texts, shown),
        "may_edit": user.has_perm("advocacy.edit"),
        "may_approve": user.has_perm("advocacy.approve"),
        "is_mine": statement.submitted_by_id == user.pk,
        "review_form": ReviewForm(approvers=people, initial={"note": request.POST.get("note", "")[:500]}),
        "language_form": LanguageForm(taken={text.language for text in texts}),
        "actions": [action for fill in registry.statement_actions for action in fill(user, statement)],  # type: ignore[arg-type]
        "sent": sorted((entry for fill in registry.sent_to for entry in fill(statement)), key=lambda entry: entry.at),
    }
    return render(request, "advocacy/statement_detail.html", context, status=status)


def _road_context(statement: Statement, texts: list[StatementText], digest: str) -> dict[str, Any]:
    """What the next step needs: what is missing, what the safety check found, what is behind, when it is published."""
    is_draft = statement.status == Statement.Status.DRAFT
    lacks = kinds.lacks_of(statement, texts) if is_draft else []
    found = safety.look_through(statement, texts) if is_draft else []
    return {
        "lacks": lacks,
        "is_blocked": any(lack.is_blocking for lack in lacks),
        "found": found,
        "found_count": sum(len(version.findings) for version in found),
        "confirmation": safety.confirmation_of(statement, digest) if found else None,
        "safety_form": SafetyForm(),
        "behind": translating.sentences(statement) if statement.is_editable else [],
        "unchecked": [text for text in texts if not text.is_reviewed] if statement.is_editable else [],
        "blocks": publishing.blocks(statement) if statement.status == Statement.Status.APPROVED else [],
        "schedule_form": ScheduleForm(initial={"at": statement.embargo_until}),
        "newer": statement.newer() if not statement.is_editable else None,
        "reader_facts": kinds.facts_for_readers(statement),
    }


def _talk_context(statement: Statement, texts: list[StatementText], shown: StatementText | None) -> dict[str, Any]:
    """Comments and files, with the forms that add to them."""
    threads = threads_of(statement, texts)
    return {
        "threads": [thread for thread in threads if thread.is_open],
        "settled": [thread for thread in threads if not thread.is_open],
        "comment_form": CommentForm(text=shown) if shown and statement.is_editable else None,
        "files": list(statement.attachments.all()),
        "file_form": FileForm(languages=[text.language for text in texts]),
    }
