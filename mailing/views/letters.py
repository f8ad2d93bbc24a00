"""The list of letters, and beginning one."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.ids import id_in
from advocacy.models import Statement
from contacts.models import Contact, Segment
from mailing.drafting import make_letter, new_letter
from mailing.forms import StartForm
from mailing.lifecycle import LifecycleError
from mailing.models import Mailing
from mailing.story import address_of
from mailing.views.narrowing import narrowed


@requires("mailing.view")
def letter_list(request: HttpRequest) -> HttpResponse:
    """All letters one may see, newest first; words and state narrow the list."""
    everything = Mailing.objects.visible_to(request.user)
    shown = narrowed(request, everything.select_related("statement", "author").prefetch_related("contents"))
    letters = [(mailing, address_of(mailing)) for mailing in shown["page_obj"].object_list]
    context = {"nav": "letters", **shown, "letters": letters}
    return render(request, "mailing/letter_list.html", context)


@requires("mailing.edit")
def letter_create(request: HttpRequest) -> HttpResponse:
    """Begin a letter without a statement; ?to=<a person's public id> puts that person into its audience,
    ?segment=<number> the people of a segment."""
    form = StartForm(request.POST or None)
    person = _person(request, request.GET.get("to", ""))
    segment = _segment(request, request.GET.get("segment", ""))
    if request.method == "POST" and form.is_valid():
        try:
            mailing = new_letter(actor=request.user, to=person, segment=segment, **form.cleaned_data)  # type: ignore[arg-type]
        except LifecycleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(reference)s is begun.") % {"reference": mailing.reference})
            return redirect("mailing:letter_write", reference=mailing.reference)
    status = 422 if form.errors else 200
    context = {"nav": "letters", "form": form, "person": person, "segment": segment}
    return render(request, "mailing/letter_create.html", context, status=status)


def _person(request: HttpRequest, public_id: str) -> Contact | None:
    """The person a letter is begun to; None without one, or for somebody this colleague may not see."""
    try:
        wanted = UUID(public_id)
    except ValueError:
        return None
    return Contact.objects.visible_to(request.user).living().filter(public_id=wanted).first()


def _segment(request: HttpRequest, number: str) -> Segment | None:
    """The segment a letter is begun to; None without one, or for one this colleague may not see."""
    pk = id_in(number)
    return Segment.objects.visible_to(request.user).filter(pk=pk).first() if pk else None


@require_POST
@requires("mailing.edit")
def letter_from_statement(request: HttpRequest, reference: str) -> HttpResponse:
    """Make a letter from an approved statement, in one step."""
    statement = Statement.objects.visible_to(request.user).filter(reference=reference).first()
    if statement is None:
        raise Http404
    try:
        mailing = make_letter(statement, actor=request.user)  # type: ignore[arg-type]
    except LifecycleError as error:
        messages.error(request, str(error))
        return redirect("advocacy:statement_detail", reference=reference)
    messages.success(
        request,
        _("%(letter)s was made from %(statement)s: its text in every language, with salutation and closing.")
        % {"letter": mailing.reference, "statement": statement.reference},
    )
    return redirect("mailing:letter_write", reference=mailing.reference)
