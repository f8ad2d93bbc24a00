"""Writing an issue: one form with all its blocks in one language. Every button saves it all first, then acts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import date
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.ids import id_in
from advocacy.forms.statements import LanguageForm
from advocacy.models import ActionPlan, Statement
from advocacy.richtext import editor_page
from mailing.forms import DetailsForm
from mailing.issues import blocks, drafting, pages, sources
from mailing.issues.addresses import editor_address
from mailing.issues.drafting import Saved
from mailing.issues.pages import Editor
from mailing.lifecycle import LifecycleError
from mailing.models import Block, Mailing
from mailing.states import EDITABLE
from mailing.story import address_of, road_of
from mailing.views.issue_finding import find_block, find_issue


@editor_page
@requires("mailing.edit")
def issue_write(request: HttpRequest, reference: str) -> HttpResponse:
    """Write one language version (?lang=fr): its subject, its preheader, and every block of it."""
    mailing = find_issue(request, reference)
    if mailing.status not in EDITABLE:
        messages.info(request, _("Sending has started or ended: the issue stays as it is."))
        return redirect(address_of(mailing))
    content = pages.content_of(mailing, request.GET.get("lang", ""))
    if request.method != "POST":
        return _page(request, pages.editor_of(mailing, content))
    if request.htmx:  # type: ignore[attr-defined]
        return _autosave(request, mailing)
    refusal = _save(request, mailing)
    if refusal is not None:
        return refusal
    if "next" in request.POST:
        return redirect("mailing:letter_audience", reference=reference)
    if "leave" in request.POST:
        return redirect("newsletters:issue_list")
    return redirect(editor_address(mailing, content.language))


def _save(request: HttpRequest, mailing: Mailing) -> HttpResponse | None:
    """Save all that the page sent; a page to answer with where something of it was not saved, else None."""
    content = pages.content_of(mailing, request.GET.get("lang", ""))
    editor = pages.editor_of(mailing, content, request.POST)
    if not editor.is_valid:
        return _page(request, editor, status=422)
    try:
        saved = pages.save(editor, actor=request.user)  # type: ignore[arg-type]
    except LifecycleError as error:
        messages.error(request, str(error))
        return redirect(address_of(mailing))
    if saved.is_refused:
        return _page(request, pages.after_conflict(editor, saved), status=409)
    _say_saved(request, mailing, saved)
    return None


def _say_saved(request: HttpRequest, mailing: Mailing, saved: Saved) -> None:
    at = date(timezone.localtime(saved.at), "H:i")
    if saved.withdrew:
        sentence = _("Saved %(time)s. Your edit took %(reference)s back to a draft: it needs a new approval.")
        messages.warning(request, sentence % {"time": at, "reference": mailing.reference})
    elif saved.changed:
        messages.success(request, _("Saved %(time)s.") % {"time": at})


def _page(request: HttpRequest, editor: Editor, *, status: int = 200) -> HttpResponse:
    mailing, content = editor.mailing, editor.content
    taken = {row.language for row in mailing.contents.all()}
    is_mended = status == 200
    context = {
        "nav": "newsletters",
        "mailing": mailing,
        "content": content,
        "editor": editor,
        "form": editor.head,
        "at": request.GET.get("at", "")[:40],
        "lang_query": f"?lang={content.language}",
        "preview_url": f"{reverse('newsletters:issue_preview', args=[mailing.reference])}?lang={content.language}",
        "write_url": editor_address(mailing, content.language),
        "steps": road_of(mailing, "write"),
        "tabs": pages.tabs_of(mailing, content.language),
        "kinds": Block.Kind.choices,
        "sources": pages.source_choices(request.user),  # type: ignore[arg-type]
        "can_add": len(editor.rows) < blocks.MOST_BLOCKS,
        "language_form": LanguageForm(taken=taken),
        "details_form": DetailsForm(user=request.user, mailing=mailing, prefix="details"),  # type: ignore[arg-type]
        "can_remove": content.pk and content.language != mailing.source_language,
        "may_autosave": mailing.status == Mailing.Status.DRAFT and is_mended,
    }
    return render(request, "mailing/issue_write.html", context, status=status)


def _autosave(request: HttpRequest, mailing: Mailing) -> HttpResponse:
    """Answer a save while somebody types: a line for the status, and the new edition. Drafts only."""
    content = pages.content_of(mailing, request.GET.get("lang", ""))
    editor = pages.editor_of(mailing, content, request.POST)
    context: dict[str, object] = {"edition": content.edition if content.pk else 0}
    if mailing.status != Mailing.Status.DRAFT:
        context["problem"] = _("Not saved: saving takes it back to a draft. Press Save if you want that.")
    elif not editor.is_valid:
        sentence = editor.problems[0][1] if editor.problems else _("Open the page again.")
        context["problem"] = _("Not saved. %(problem)s") % {"problem": sentence}
    else:
        try:
            saved = pages.save(editor, actor=request.user)  # type: ignore[arg-type]
            fresh = pages.content_of_now(mailing, content.language)
            context = {"edition": fresh.edition, "saved_at": saved.at}
            if saved.is_refused:
                context = {
                    "edition": editor.head.cleaned_data["edition"],
                    "problem": _("Not all is saved: somebody else changed this issue too. Press Save to see both."),
                }
        except LifecycleError as error:
            context["problem"] = str(error)
    response = render(request, "advocacy/_saved.html", context)
    response["X-Saved"] = "no" if "problem" in context else "yes"
    return response


@editor_page
@require_POST
@requires("mailing.edit")
def block_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Save the page, then put a block of the chosen kind below the chosen one, else at the end."""
    mailing = find_issue(request, reference)
    if (refusal := _save(request, mailing)) is not None:
        return refusal
    language = pages.content_of(mailing, request.GET.get("lang", "")).language
    kind = request.POST.get("kind", "")
    try:
        block = drafting.add_block(
            mailing,
            kind,
            after=id_in(request.POST.get("after", "")),
            source=_source(request, kind),
            actor=request.user,  # type: ignore[arg-type]
        )
    except LifecycleError as error:
        messages.error(request, str(error))
        return redirect(editor_address(mailing, language, at="kind-new"))
    return redirect(editor_address(mailing, language, at=f"first-{block.pk}"))


def _source(request: HttpRequest, kind: str) -> Statement | ActionPlan | None:
    """The published statement or plan that was chosen, if this person may see it. Kinds without one take none."""
    name, _dash, number = request.POST.get("source", "").partition("-")
    pk = id_in(number)
    if not pk or kind not in (Block.Kind.ITEM, Block.Kind.FIGURES):
        return None
    if name == "statement" and kind == Block.Kind.ITEM:
        statements = Statement.objects.visible_to(request.user).published().filter(pk=pk)
        return statements.prefetch_related("texts").first()
    plans = ActionPlan.objects.visible_to(request.user).published().filter(pk=pk)
    return plans.first() if name == "plan" else None


@editor_page
@require_POST
@requires("mailing.edit")
def block_move(request: HttpRequest, reference: str, pk: int, way: str) -> HttpResponse:
    """Save the page, then move a block one place; the focus goes back to the button that was pressed."""
    mailing = find_issue(request, reference)
    if (refusal := _save(request, mailing)) is not None:
        return refusal
    block = find_block(mailing, pk)
    if block is None:
        messages.info(request, _("Somebody took this block out."))
    else:
        try:
            blocks.move(block, down=way == "down", actor=request.user)  # type: ignore[arg-type]
        except LifecycleError as error:
            messages.error(request, str(error))
    return _back(request, mailing, f"{way}-{pk}")


@editor_page
@require_POST
@requires("mailing.edit")
def block_remove(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Save the page, then take a block out with its words in every language."""
    mailing = find_issue(request, reference)
    if (refusal := _save(request, mailing)) is not None:
        return refusal
    block = find_block(mailing, pk)
    try:
        if block is not None and blocks.remove(block, actor=request.user):  # type: ignore[arg-type]
            messages.success(request, _("The block is taken out, in every language."))
    except LifecycleError as error:
        messages.error(request, str(error))
    return redirect(editor_address(mailing, pages.content_of(mailing, request.GET.get("lang", "")).language))


@editor_page
@require_POST
@requires("mailing.edit")
def block_rows(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Save the page and come back to a block that lists something: three empty rows are at its end again."""
    mailing = find_issue(request, reference)
    return _save(request, mailing) or _back(request, mailing, f"rows-{pk}")


@editor_page
@require_POST
@requires("mailing.edit")
def block_source(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Save the page and go on to what the source of a block says now."""
    mailing = find_issue(request, reference)
    if (refusal := _save(request, mailing)) is not None:
        return refusal
    language = pages.content_of(mailing, request.GET.get("lang", "")).language
    return redirect(f"{reverse('newsletters:block_refresh', args=[reference, pk])}?lang={language}")


def _back(request: HttpRequest, mailing: Mailing, at: str) -> HttpResponse:
    language = pages.content_of(mailing, request.GET.get("lang", "")).language
    return redirect(editor_address(mailing, language, at=at))


@requires("mailing.edit")
def block_refresh(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """What the source of a block says now beside what the issue says; a POST takes it over, or notes that it stays."""
    mailing = find_issue(request, reference)
    block = find_block(mailing, pk)
    if block is None or not (block.statement_id or block.plan_id):
        raise Http404
    language = pages.content_of(mailing, request.GET.get("lang", "")).language
    if request.method == "POST":
        try:
            if "keep" in request.POST:
                drafting.keep_words(block, actor=request.user)  # type: ignore[arg-type]
                messages.success(request, _("Noted: the block is right as it is."))
            elif drafting.take_over(block, actor=request.user):  # type: ignore[arg-type]
                messages.success(request, _("Taken over in every language. Read it, and mark it as reviewed again."))
        except LifecycleError as error:
            messages.error(request, str(error))
        return redirect(editor_address(mailing, language, at=f"first-{pk}"))
    now = sources.words_for(block)
    texts = blocks.texts_by_language(block)
    context = {
        "nav": "newsletters",
        "mailing": mailing,
        "block": block,
        "language": language,
        "is_withdrawn": block.statement is not None and block.statement.status == Statement.Status.WITHDRAWN,
        "comparisons": [
            (code, pages.compared(texts.get(code), now[code]))
            for code in sorted(now)
            if code in {row.language for row in mailing.contents.all()}
        ],
        "back_url": editor_address(mailing, language, at=f"first-{pk}"),
        "post_url": f"{reverse('newsletters:block_refresh', args=[mailing.reference, pk])}?lang={language}",
    }
    return render(request, "mailing/issue_refresh.html", context)
