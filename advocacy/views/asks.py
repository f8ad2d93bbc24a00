"""The library of asks: the list, a new one, an ask's page with where it is used, its facts and its wording."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.ids import id_in
from advocacy import asking, planning
from advocacy.drafting import Conflict
from advocacy.forms.plans import AskFactsForm, AskFilterForm, AskTextForm, StartAskForm
from advocacy.languages import is_language, language_choices
from advocacy.models import Ask
from advocacy.publishing import PublishingError
from advocacy.views.statements import find as find_statement
from contacts.colleagues import for_colleagues
from contacts.languages import language_name

PER_PAGE = 50
_REFUSED = (planning.PlanningError, PublishingError)


def find_ask(request: HttpRequest, slug: str) -> Ask:
    """The ask of this address, if the person may see it; else 404."""
    ask: Ask | None = Ask.objects.visible_to(request.user).filter(slug=slug).prefetch_related("texts").first()
    if ask is None:
        raise Http404
    return ask


def _named(ask: Ask) -> tuple[Ask, Any]:
    """An ask with its wording for lists: English, else the first there is."""
    texts = sorted(ask.texts.all(), key=lambda text: (text.language != "en", text.language))
    return ask, texts[0] if texts else None


@requires("advocacy.view")
def ask_list(request: HttpRequest) -> HttpResponse:
    """All asks; words and level narrow the list."""
    form = AskFilterForm(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    everything = Ask.objects.visible_to(request.user)
    rows = everything.annotate(plans=Count("points", distinct=True)).prefetch_related("texts").order_by("slug")
    if wanted.get("level"):
        rows = rows.filter(level=wanted["level"])
    if wanted.get("q"):
        rows = rows.filter(pk__in=everything.matching(wanted["q"]))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "nav": "plans",
        "form": form,
        "page_obj": page,
        "rows": [_named(ask) for ask in page.object_list],
        "is_filtered": any(wanted.values()),
    }
    return render(request, "advocacy/ask_list.html", context)


@requires("advocacy.edit")
@for_colleagues
def ask_create(request: HttpRequest) -> HttpResponse:
    """Add an ask with its first wording."""
    form = StartAskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        language, facts = form.cleaned_data["language"], form.facts()
        ask = planning.create_ask(actor=request.user, language=language, text=form.text(), facts=facts)  # type: ignore[arg-type]
        messages.success(request, _("The ask is in the library."))
        return redirect("advocacy:ask_detail", slug=ask.slug)
    return render(
        request, "advocacy/ask_create.html", {"nav": "plans", "form": form}, status=422 if form.errors else 200
    )


@requires("advocacy.view")
def ask_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One ask: its facts, its wording in each language to read and to copy, and where it is used."""
    return _detail(request, find_ask(request, slug))


def _detail(request: HttpRequest, ask: Ask, *, error: str = "", status: int = 200) -> HttpResponse:
    texts = sorted(ask.texts.all(), key=lambda text: (text.language != "en", text.language))
    spoken = {text.language for text in texts}
    context = {
        "nav": "plans",
        "ask": ask,
        "texts": texts,
        "title": texts[0].title if texts else ask.slug,
        "uses": asking.uses_of(request.user, ask),  # type: ignore[arg-type]
        "other_languages": [choice for choice in language_choices() if choice[0] not in spoken],
        "may_edit": request.user.has_perm("advocacy.edit"),
        "error": error,
    }
    return render(request, "advocacy/ask_detail.html", context, status=status)


@requires("advocacy.edit")
def ask_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change level, instrument, file and legal basis. Published plans keep what was published."""
    ask = find_ask(request, slug)
    names = ("edition", "level", "instrument", "dossier", "legal_basis", "is_placeholder")
    form = AskFactsForm(request.POST or None, initial={name: getattr(ask, name) for name in names})
    context = {"nav": "plans", "ask": ask, "form": form, "heading": _("Change what it is tied to")}
    return _save(request, ask, form, context, lambda: planning.save_ask_facts(
        ask, form.facts(), edition=form.cleaned_data["edition"], actor=request.user  # type: ignore[arg-type]
    ))  # fmt: skip


@requires("advocacy.edit")
def ask_text_edit(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Write the wording in one language. Published plans keep what was published."""
    ask = find_ask(request, slug)
    if not is_language(language):
        raise Http404
    text = asking.wording_of(ask, language)
    initial = {"edition": ask.edition}
    if text is not None:
        initial |= {name: getattr(text, name) for name in ("title", "short", "explanation")}
    form = AskTextForm(request.POST or None, initial=initial)
    heading = _("Wording in %(language)s") % {"language": language_name(language)}
    source = _named(ask)[1] if text is None else None
    context = {"nav": "plans", "ask": ask, "form": form, "heading": heading, "language": language, "source": source}
    return _save(request, ask, form, context, lambda: planning.save_ask_text(
        ask, language, form.text(), edition=form.cleaned_data["edition"], actor=request.user  # type: ignore[arg-type]
    ))  # fmt: skip


def _save(request: HttpRequest, ask: Ask, form: Any, context: dict[str, Any], step: Any) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            step()
        except _REFUSED as error:
            return render(request, "advocacy/ask_edit.html", context | {"error": str(error)}, status=409)
        messages.success(
            request, _("Saved. Plans with this ask are drafts until a second person publishes them again.")
        )
        return redirect("advocacy:ask_detail", slug=ask.slug)
    return render(request, "advocacy/ask_edit.html", context, status=422 if form.errors else 200)


@require_POST
@requires("advocacy.edit")
def ask_text_remove(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Take the wording in one language out."""
    ask = find_ask(request, slug)
    try:
        planning.remove_ask_text(ask, language, edition=ask.edition, actor=request.user)  # type: ignore[arg-type]
    except _REFUSED as error:
        return _detail(request, find_ask(request, slug), error=str(error), status=409)
    messages.success(request, _("The %(language)s wording is removed.") % {"language": language_name(language)})
    return redirect("advocacy:ask_detail", slug=slug)


@requires("advocacy.view")
def statement_asks(request: HttpRequest, reference: str) -> HttpResponse:
    """The asks a statement refers to, and the library to take wording from (?lang=fr, ?q=words)."""
    return _statement_page(request, reference)


def _statement_page(request: HttpRequest, reference: str, *, error: str = "", status: int = 200) -> HttpResponse:
    statement = find_statement(request, reference)
    texts = {text.language: text for text in statement.texts.all()}
    language = request.GET.get("lang") or request.POST.get("lang", "")
    text = texts.get(language) or texts.get(statement.source_language)
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    rows = Ask.objects.visible_to(request.user).prefetch_related("texts").order_by("slug")
    if words:
        rows = rows.filter(pk__in=Ask.objects.matching(words))
    used = set(statement.ask_places.values_list("ask_id", flat=True))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    language = text.language if text else statement.source_language
    context = {
        "nav": "statements",
        "statement": statement,
        "text": text,
        "texts": list(texts.values()),
        "rows": [(*_named(ask), asking.wording_of(ask, language), ask.pk in used) for ask in page.object_list],
        "page_obj": page,
        "words": words,
        "may_edit": request.user.has_perm("advocacy.edit"),
        "error": error,
    }
    return render(request, "advocacy/statement_asks.html", context, status=status)


@require_POST
@requires("advocacy.edit")
def statement_ask_set(request: HttpRequest, reference: str) -> HttpResponse:
    """Refer to an ask (step=refer), let it go (step=leave), or put its wording at the end of a text (step=insert)."""
    statement = find_statement(request, reference)
    ask = find_ask(request, request.POST.get("ask", "")[:120])
    user: Any = request.user
    step, language = request.POST.get("step", ""), request.POST.get("lang", "")[:10]
    if step == "refer":
        asking.refer(statement, ask, actor=user)
    elif step == "leave":
        asking.let_go(statement, ask, actor=user)
    elif step == "insert":
        text = statement.texts.filter(language=language).first()
        if text is None:
            raise Http404
        text.statement = statement
        try:
            asking.put_into(text, ask, edition=id_in(request.POST.get("edition", "")), actor=user)
        except Conflict:
            sentence = _("Somebody changed the text a moment ago, so nothing was put in. Do it again on the new text.")
            return _statement_page(request, reference, error=sentence, status=409)
        except (PublishingError, LookupError) as error:
            return _statement_page(request, reference, error=str(error), status=409)
        messages.success(request, _("The wording stands at the end of the text now."))
        return redirect(f"{_editor(reference)}?lang={language}")
    else:
        raise Http404
    return redirect("advocacy:statement_asks", reference=reference)


def _editor(reference: str) -> str:
    return reverse("advocacy:statement_edit", args=[reference])
