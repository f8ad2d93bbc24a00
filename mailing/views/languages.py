"""Language versions of a letter: adding, taking out, saying that one is up to date; and the asks it makes."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import requires
from advocacy.forms.statements import LanguageForm
from advocacy.models import Ask
from contacts.languages import language_name
from mailing import audience
from mailing.composing import let_ask_go
from mailing.following import accept
from mailing.lifecycle import LifecycleError
from mailing.models import Mailing
from mailing.views.edits import take_language_out
from mailing.views.finding import find


def write_address(mailing: Mailing, language: str) -> str:
    """The editor of one language version."""
    return f"{reverse('mailing:letter_write', args=[mailing.reference])}?lang={language}"


@require_POST
@requires("mailing.edit")
def language_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Open the editor for a language that has no version yet; it is made by the first save."""
    mailing = find(request, reference)
    form = LanguageForm(request.POST, taken={content.language for content in mailing.contents.all()})
    if not form.is_valid():
        messages.error(request, _("Choose a language that this letter does not have yet."))
        return redirect("mailing:letter_write", reference=reference)
    return redirect(write_address(mailing, form.cleaned_data["language"]))


@requires("mailing.edit")
def language_missing(request: HttpRequest, reference: str) -> HttpResponse:
    """Tabs of languages that people of the audience read and the letter does not have; for the editor's page (htmx)."""
    mailing = find(request, reference)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("mailing:letter_audience", reference=reference)
    there = {content.language for content in mailing.contents.all()} | {request.GET.get("here", "")}
    wanted = _languages_read(mailing)
    missing = [
        {"name": language_name(code), "url": write_address(mailing, code), "people": people, "language": code}
        for code, people in wanted
        if code not in there
    ]
    return render(request, "mailing/_missing_languages.html", {"missing": missing})


def _languages_read(mailing: Mailing) -> list[tuple[str, int]]:
    """Languages that the recipients read and how many do, most first; nothing without an audience. One query."""
    if not mailing.audience_rules.all():
        return []
    everybody: Any = audience.people(mailing)
    rows = everybody.filter(skip_reason="").order_by().values_list("wanted_language").annotate(people=Count("*"))
    return sorted(rows, key=lambda row: (-row[1], row[0]))


@require_POST
@requires("mailing.edit")
def language_current(request: HttpRequest, reference: str, language: str) -> HttpResponse:
    """Say that a translation that is behind its source is right as it is."""
    mailing = find(request, reference)
    try:
        if accept(mailing, language, actor=request.user):  # type: ignore[arg-type]
            messages.success(request, _("The %(language)s text is up to date.") % {"language": language_name(language)})
    except LifecycleError as error:
        messages.error(request, str(error))
    return redirect(write_address(mailing, language))


@require_POST
@requires("mailing.edit")
def ask_remove(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Say that a letter does not make an ask any more; its text stays as it is."""
    mailing = find(request, reference)
    ask = Ask.objects.filter(mailing_places__mailing=mailing, pk=pk).first()
    if ask is not None and let_ask_go(mailing, ask, actor=request.user):  # type: ignore[arg-type]
        messages.success(
            request, _("Noted: the letter does not make this ask. Take its words out of the text as well.")
        )
    return redirect("mailing:letter_write", reference=reference)


@require_POST
@requires("mailing.edit")
def language_remove(request: HttpRequest, reference: str, language: str) -> HttpResponse:
    """Take a language version out."""
    mailing = find(request, reference)
    take_language_out(request, mailing, language)
    return redirect("mailing:letter_write", reference=reference)
