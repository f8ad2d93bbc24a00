"""Contacts → Lists: what readers see of a list, language by language, and the topics they can choose."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from contacts.forms.list_words import LanguageForm, TopicForm, WordsForm
from contacts.languages import content_languages
from contacts.models import ContactList, ListText, Topic
from contacts.offering import languages_of, remove_words, save_words
from contacts.topics import TopicRefused, add_topic, move_topic, offer_topic, remove_topic, word_topic
from contacts.views.lists import list_of

STEPS = {"up": -1, "down": 1}


@requires("contacts.edit")
@require_safe
def list_language(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads to the words of the language that was chosen."""
    found = list_of(request, pk)
    form = LanguageForm(request.GET, written=languages_of(found))
    if not form.is_valid():
        messages.error(request, _("Choose a language that the list does not have yet."))
        return redirect("contacts:list_detail", found.pk)
    return redirect("contacts:list_words", found.pk, form.cleaned_data["language"])


@requires("contacts.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def list_words(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Writes what readers see and agree to in one language."""
    found = list_of(request, pk)
    if language not in content_languages():
        raise Http404
    text = ListText.objects.filter(contact_list=found, language=language).first()
    wording = found.own_wording_in(language)
    initial = {"wording": wording.text if wording else ""}
    if text is not None:
        initial |= {"name": text.name, "frequency": text.frequency, "summary": text.summary}
    form = WordsForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        save_words(found, language, form.cleaned_data, actor=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The words are saved."))
        return redirect("contacts:list_detail", found.pk)
    context = {**_head(found), "form": form, "code": language, "text": text, "wording": wording}
    return render(request, "contacts/list_words.html", context, status=422 if form.errors else 200)


@requires("contacts.edit")
@require_POST
def list_words_remove(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Takes a language from the list's public page."""
    found = list_of(request, pk)
    if remove_words(found, language, actor=request.user):  # type: ignore[arg-type]
        messages.success(request, _("The language is gone from the list's page. What people agreed to is kept."))
    else:
        messages.error(request, _("The list is open to the public and these are its last words. Close the list first."))
    return redirect("contacts:list_detail", found.pk)


@requires("contacts.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def topic_create(request: HttpRequest, pk: int) -> HttpResponse:
    """A new topic of a list."""
    found = list_of(request, pk)
    form = TopicForm(request.POST if request.method == "POST" else None, languages=languages_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            add_topic(found, form.words(), actor=request.user)  # type: ignore[arg-type]
        except TopicRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The topic is added. Readers are offered it from now on."))
            return redirect("contacts:list_detail", found.pk)
    return _topic_page(request, found, form, None)


@requires("contacts.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def topic_edit(request: HttpRequest, pk: int, topic: int) -> HttpResponse:
    """Changes what a topic is called."""
    found = list_of(request, pk)
    row = _topic(found, topic)
    form = TopicForm(request.POST if request.method == "POST" else None, languages=languages_of(found), topic=row)
    if request.method == "POST" and form.is_valid():
        try:
            word_topic(row, form.words(), actor=request.user)  # type: ignore[arg-type]
        except TopicRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The topic is saved."))
            return redirect("contacts:list_detail", found.pk)
    return _topic_page(request, found, form, row)


@requires("contacts.edit")
@require_POST
def topic_move(request: HttpRequest, pk: int, topic: int) -> HttpResponse:
    """Moves a topic up or down; the page comes back at the topic."""
    found = list_of(request, pk)
    row = _topic(found, topic)
    move_topic(row, STEPS.get(request.POST.get("step", ""), 0), actor=request.user)  # type: ignore[arg-type]
    response = redirect("contacts:list_detail", found.pk)
    response["Location"] += f"#topic-{row.pk}"
    return response


@requires("contacts.edit")
@require_POST
def topic_offer(request: HttpRequest, pk: int, topic: int) -> HttpResponse:
    """Closes a topic to new readers, or opens it again."""
    found = list_of(request, pk)
    is_open = request.POST.get("open") == "yes"
    offer_topic(_topic(found, topic), is_open, actor=request.user)  # type: ignore[arg-type]
    told = _("Readers are offered the topic again.") if is_open else _("Nobody new is offered the topic.")
    messages.success(request, told)
    return redirect("contacts:list_detail", found.pk)


@requires("contacts.edit")
@require_POST
def topic_remove(request: HttpRequest, pk: int, topic: int) -> HttpResponse:
    """Deletes a topic that nobody chose and no issue carries."""
    found = list_of(request, pk)
    try:
        remove_topic(_topic(found, topic), actor=request.user)  # type: ignore[arg-type]
    except TopicRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The topic is deleted."))
    return redirect("contacts:list_detail", found.pk)


def _topic(found: ContactList, pk: int) -> Topic:
    return get_object_or_404(found.topics.prefetch_related("texts").select_related("contact_list"), pk=pk)


def _head(found: ContactList) -> dict[str, Any]:
    return {"nav": "contacts", "tab": "lists", "list": found}


def _topic_page(request: HttpRequest, found: ContactList, form: TopicForm, row: Topic | None) -> HttpResponse:
    context = {**_head(found), "form": form, "topic": row}
    return render(request, "contacts/topic_form.html", context, status=422 if form.errors else 200)
