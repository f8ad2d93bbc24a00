"""Contacts → People → Tags: their names and numbers; and one tag for many people at once."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from contacts import tagging
from contacts.colleagues import for_colleagues
from contacts.forms.people import PersonFilterForm
from contacts.forms.tags import TagForm, TagManyForm
from contacts.models import Contact, Tag
from contacts.views.people import people_of

PER_PAGE = 100


@requires("contacts.edit")
@for_colleagues
@require_safe
def tag_list(request: HttpRequest) -> HttpResponse:
    """All tags with the number of people who carry each."""
    page = Paginator(tagging.with_numbers(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "contacts/tag_list.html", {"nav": "contacts", "tab": "people", "page_obj": page})


@requires("contacts.edit")
@for_colleagues
@require_http_methods(["GET", "POST"])
def tag_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Renames a tag; under the name of another one it asks first and then makes them one."""
    tag = get_object_or_404(tagging.with_numbers(), pk=pk)
    form = TagForm(request.POST or None, tag=tag)
    if request.method == "POST" and form.is_valid() and (answer := _renamed(request, tag, form)) is not None:
        return answer
    context = {"nav": "contacts", "tab": "people", "form": form, "tag": tag, "using": tagging.segments_with(tag)}
    return render(request, "contacts/tag_edit.html", context, status=422 if form.errors else 200)


@requires("contacts.edit")
@for_colleagues
@require_POST
def tag_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a tag off everybody and deletes it, unless a segment asks for it."""
    tag = get_object_or_404(Tag, pk=pk)
    name = tag.name
    try:
        tagging.delete(tag, actor=request.user)  # type: ignore[arg-type]
    except tagging.InUse as error:
        messages.error(request, str(error))
        return redirect("contacts:tag_edit", pk)
    messages.success(request, _("“%(name)s” is deleted. The people stay.") % {"name": name})
    return redirect("contacts:tag_list")


@requires("contacts.edit")
@require_POST
def person_tag(request: HttpRequest) -> HttpResponse:
    """Puts a tag on the people that are ticked in the list, or on all that fit its filters; or takes it off."""
    form, filters = TagManyForm(request.POST), QueryDict(request.POST.get("filters", "")[:2000])
    back = f"{reverse('contacts:person_list')}?{filters.urlencode()}".rstrip("?")
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(back)
    people = Contact.objects.visible_to(request.user).living()
    if form.cleaned_data["everybody"]:
        people = people_of(request, PersonFilterForm(filters or None))
    else:
        people = people.filter(public_id__in=_ticked(request))
        if not people.exists():
            messages.error(request, _("Nobody was ticked, so nothing changed."))
            return redirect(back)
    take_off = form.cleaned_data["act"] == "take"
    number = tagging.tag_many(people, form.cleaned_data["tag"], actor=request.user, take_off=take_off)  # type: ignore[arg-type]
    messages.success(request, _told(number, form.cleaned_data["tag"], take_off=take_off))
    return redirect(back)


def _renamed(request: HttpRequest, tag: Tag, form: TagForm) -> HttpResponse | None:
    """The answer to a new name; None while the form has to be shown again."""
    name, other = form.cleaned_data["name"], form.other
    if other is not None:
        if not form.cleaned_data["make_one"]:
            return None
        number = tagging.make_one(tag, other, actor=request.user)  # type: ignore[arg-type]
        sentence = ngettext(
            "They are one tag now; %(n)d person had it.", "They are one tag now; %(n)d people had it.", number
        )
        messages.success(request, sentence % {"n": number})
        return redirect("contacts:tag_list")
    if name != tag.name:
        try:
            with transaction.atomic():
                tagging.rename(tag, name, actor=request.user)  # type: ignore[arg-type]
        except IntegrityError:
            form.add_error("name", _("Somebody just made a tag of this name. Save again to make them one."))
            return None
    messages.success(request, _("The tag is called “%(name)s”.") % {"name": name})
    return redirect("contacts:tag_list")


def _ticked(request: HttpRequest) -> list[UUID]:
    """Public ids that were ticked; what is none is left out."""
    found = []
    for text in request.POST.getlist("who")[: tagging.MOST]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _told(number: int, name: str, *, take_off: bool) -> str:
    if not number:
        return _("Nothing to do: that was so already.")
    if take_off:
        sentence = ngettext("“%(tag)s” is off %(n)d person.", "“%(tag)s” is off %(n)d people.", number)
    else:
        sentence = ngettext("“%(tag)s” is on %(n)d more person.", "“%(tag)s” is on %(n)d more people.", number)
    return sentence % {"tag": name, "n": number}
