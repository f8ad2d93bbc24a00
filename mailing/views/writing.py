"""Step 1: the texts. Saving without loss, fields with sample values, languages, details."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import date
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.ids import id_in
from advocacy.comparing import Comparison, compare
from advocacy.forms.statements import LanguageForm, page_name
from advocacy.languages import is_language
from advocacy.models import Ask
from advocacy.paragraphs import paragraphs_of
from advocacy.richtext import editor_page, safe, tokens_to_chips
from contacts.languages import language_name
from mailing import audience, merge, previews
from mailing.composing import add_ask
from mailing.drafting import Conflict, Saved, save_text
from mailing.following import is_stale, source_of, state_of, what_changed
from mailing.forms import DetailsForm, TextForm
from mailing.lifecycle import LifecycleError
from mailing.models import Mailing, MailingContent
from mailing.paper_panel import panel_of
from mailing.passage_rows import asks_of
from mailing.states import EDITABLE
from mailing.story import address_of, is_issue, road_of
from mailing.views.edits import save_details
from mailing.views.finding import find
from mailing.views.languages import write_address


@editor_page
@requires("mailing.edit")
def letter_write(request: HttpRequest, reference: str) -> HttpResponse:
    """Write one language version (?lang=fr). A stale save keeps what was typed and shows the other text (409)."""
    mailing = find(request, reference)
    if is_issue(mailing):
        return redirect(f"{reverse('newsletters:issue_write', args=[reference])}?{request.GET.urlencode()}".rstrip("?"))
    if mailing.status not in EDITABLE:
        messages.info(request, _("Sending has started or ended: the text stays as it is."))
        return redirect(address_of(mailing))
    content = _content_of(mailing, request.GET.get("lang") or mailing.source_language)
    form = TextForm(request.POST or None, content=content)
    if request.method != "POST":
        return _page(request, content, form)
    if request.htmx:  # type: ignore[attr-defined]
        return _autosave(request, content, form)
    if not form.is_valid():
        return _page(request, content, form, status=422)
    edition = form.cleaned_data["edition"]
    try:
        saved = save_text(mailing, content.language, form.words(), edition=edition, actor=request.user)  # type: ignore[arg-type]
    except Conflict as conflict:
        return _conflict_page(request, mailing, conflict.theirs, form)
    except LifecycleError as error:
        messages.error(request, str(error))
        return redirect(address_of(find(request, reference)))
    _say_saved(request, mailing, saved)
    if request.POST.get("put") == "ask":
        _put_ask(request, mailing)
        return redirect(write_address(mailing, content.language))
    if "next" in request.POST:
        return redirect("mailing:letter_audience", reference=reference)
    return (
        redirect("mailing:letter_list")
        if "leave" in request.POST
        else redirect(write_address(mailing, content.language))
    )


def _put_ask(request: HttpRequest, mailing: Mailing) -> None:
    """Put the chosen ask into the texts that have just been saved."""
    pk = id_in(request.POST.get("ask", ""))
    ask = Ask.objects.visible_to(request.user).filter(pk=pk).prefetch_related("texts").first() if pk else None
    if ask is None:
        messages.error(request, _("Choose an ask first."))
        return
    try:
        languages = add_ask(mailing, ask, actor=request.user)  # type: ignore[arg-type]
    except (LookupError, LifecycleError) as error:
        messages.error(request, str(error))
        return
    if languages:
        names = ", ".join(map(language_name, languages))
        messages.success(request, _("The ask stands before the closing now, in: %(languages)s.") % {"languages": names})
    else:
        messages.info(request, _("This letter makes that ask already."))


def _content_of(mailing: Mailing, language: str) -> MailingContent:
    """The version in a language; one not begun yet for a language that texts may be in, else the source."""
    found = {content.language: content for content in mailing.contents.all()}
    if language not in found and not is_language(language):
        language = mailing.source_language
    return found.get(language) or MailingContent(mailing=mailing, language=language)


def _page(
    request: HttpRequest,
    content: MailingContent,
    form: TextForm,
    *,
    theirs: MailingContent | None = None,
    status: int = 200,
) -> HttpResponse:
    mailing = content.mailing
    taken = {row.language for row in mailing.contents.all()}
    context = {
        "nav": "letters",
        "mailing": mailing,
        "content": content,
        "form": form,
        "theirs": theirs,
        "their_body": safe(theirs.body) if theirs else "",
        "difference": _difference(theirs, form) if theirs else None,
        "steps": road_of(mailing, "write"),
        "tabs": _tabs(mailing, content.language),
        "behind": _behind(mailing, content),
        "source": _source_beside(mailing, content),
        "asks": asks_of(mailing, content.language, request.user),  # type: ignore[arg-type]
        "papers": panel_of(mailing, request.user),
        "sample": previews.sample_values(mailing, content.language),
        "language_form": LanguageForm(taken=taken | {content.language}),
        "details_form": DetailsForm(user=request.user, mailing=mailing, prefix="details"),  # type: ignore[arg-type]
        "can_remove": content.pk and content.language != mailing.source_language,
    }
    return render(request, "mailing/write.html", context, status=status)


def _behind(mailing: Mailing, content: MailingContent) -> dict[str, object] | None:
    """What changed in the source since this translation was reviewed, and how many would read it as it is."""
    source = source_of(mailing)
    if source is None or not is_stale(content, source):
        return None
    everybody: Any = audience.people(mailing)
    people = everybody.filter(skip_reason="", given_language=content.language)
    comparison = what_changed(content, source) if content.followed_body else None
    return {"comparison": comparison, "people": people.order_by().count(), "language": source.language}


def _source_beside(mailing: Mailing, content: MailingContent) -> dict[str, object] | None:
    """The source's text, for whoever writes a translation."""
    source = source_of(mailing)
    if source is None or source.language == content.language:
        return None
    labels = {name: str(field.label) for name, field in merge.FIELDS.items()}
    body = safe(tokens_to_chips(source.body, labels))
    return {"language": source.language, "subject": source.subject, "body": body}


def _tabs(mailing: Mailing, here: str) -> list[dict[str, object]]:
    """Each language version with its state; the one being begun as well."""
    contents = list(mailing.contents.all())
    if here not in {content.language for content in contents}:
        contents.append(MailingContent(mailing=mailing, language=here))
    source = source_of(mailing)
    contents.sort(key=lambda content: (content.language != mailing.source_language, language_name(content.language)))
    return [
        {
            "name": language_name(content.language),
            "url": write_address(mailing, content.language),
            "is_here": content.language == here,
            **state_of(content, source),
        }
        for content in contents
    ]


def _conflict_page(request: HttpRequest, mailing: Mailing, theirs: MailingContent, form: TextForm) -> HttpResponse:
    """Both texts on one page. The form now stands on their edition, so the next save is a decision."""
    words = form.words()
    theirs.mailing = mailing
    mine = {"subject": words.subject, "body": words.body, "is_reviewed": words.is_reviewed}
    edition = theirs.edition if theirs.pk else 0
    again = TextForm(content=theirs, initial={"edition": edition, "page": page_name(), **mine})
    return _page(request, theirs, again, theirs=theirs, status=409)


def _difference(theirs: MailingContent, form: TextForm) -> Comparison:
    """What differs from their text to what stands in the form."""
    mine = paragraphs_of(str(form["subject"].value() or ""), "", str(form["body"].value() or ""))
    return compare(paragraphs_of(theirs.subject, "", theirs.body), mine)


def _autosave(request: HttpRequest, content: MailingContent, form: TextForm) -> HttpResponse:
    """Answer a save while somebody types: a line for the status, and the new edition. Drafts only."""
    mailing = content.mailing
    context: dict[str, object] = {"edition": content.edition if content.pk else 0}
    if mailing.status != Mailing.Status.DRAFT:
        context["problem"] = _("Not saved: saving takes it back to a draft. Press Save if you want that.")
    elif not form.is_valid():
        name = next(iter(form.errors))
        label = form.fields[name].label if name in form.fields else ""
        context["problem"] = _("Not saved. %(field)s: %(error)s") % {"field": label, "error": form.errors[name][0]}
    else:
        edition = form.cleaned_data["edition"]
        try:
            saved = save_text(mailing, content.language, form.words(), edition=edition, actor=request.user)  # type: ignore[arg-type]
            context = {"edition": saved.content.edition, "saved_at": saved.at}
        except Conflict as conflict:
            sentence = _("Not saved: %(name)s changed this text too. Press Save to see both.")
            who = str(conflict.theirs.changed_by or _("somebody"))
            context = {"edition": edition, "problem": sentence % {"name": who}}
        except LifecycleError as error:
            context["problem"] = str(error)
    response = render(request, "advocacy/_saved.html", context)
    response["X-Saved"] = "no" if "problem" in context else "yes"
    return response


def _say_saved(request: HttpRequest, mailing: Mailing, saved: Saved) -> None:
    at = date(timezone.localtime(saved.at), "H:i")
    if saved.withdrew:
        sentence = _("Saved %(time)s. Your edit took %(reference)s back to a draft: it needs a new approval.")
        messages.warning(request, sentence % {"time": at, "reference": mailing.reference})
    elif saved.changed:
        messages.success(request, _("Saved %(time)s.") % {"time": at})
    else:
        messages.info(request, _("Nothing had changed since %(time)s.") % {"time": at})


@require_POST
@requires("mailing.edit")
def letter_details(request: HttpRequest, reference: str) -> HttpResponse:
    """Change the title on the desk and the sender."""
    mailing = find(request, reference)
    save_details(
        request,
        mailing,
        refused=_("Not saved: give the letter a title and choose who it comes from."),
        reopened=_("The letter is a draft again and needs a new approval."),
    )
    return redirect("mailing:letter_write", reference=reference)
