"""Senders and the letterhead: who letters come from."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import requires
from contacts.models import Organisation
from mailing import domain_health
from mailing.forms import RegisterForm, SenderForm
from mailing.lifecycle import LifecycleError
from mailing.models import Sender
from mailing.senders import save_register_number, save_sender


@requires("accounts.manage")
def sender_list(request: HttpRequest) -> HttpResponse:
    """All senders, and the register number every letter carries."""
    return _list_page(
        request, RegisterForm(initial={"number": Organisation.objects.platform().transparency_register_id})
    )


def _list_page(request: HttpRequest, form: RegisterForm, status: int = 200) -> HttpResponse:
    senders = Sender.objects.visible_to(request.user).order_by("-is_default", "name")
    context = {
        "nav": "settings",
        "senders": [(sender, domain_health.panel_of(sender)) for sender in senders],
        "form": form,
    }
    return render(request, "mailing/sender_list.html", context, status=status)


@requires("accounts.manage")
def sender_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add or change a sender."""
    sender = Sender.objects.visible_to(request.user).filter(pk=pk).first() if pk else Sender()
    if sender is None:
        raise Http404
    form = SenderForm(request.POST or None, instance=sender)
    if request.method == "POST" and form.is_valid():
        fresh = Sender.objects.get(pk=pk) if pk else Sender()
        try:
            withdrawn = save_sender(fresh, actor=request.user, changes=form.cleaned_data)  # type: ignore[arg-type]
        except LifecycleError as error:
            form.add_error(None, str(error))
        else:
            _say(request, withdrawn)
            return redirect("mailing:sender_list")
    context = {"nav": "settings", "form": form, "sender": sender}
    return render(request, "mailing/sender_edit.html", context, status=422 if form.errors else 200)


@require_POST
@requires("accounts.manage")
def register_number(request: HttpRequest) -> HttpResponse:
    """Set the number in the EU Transparency Register."""
    form = RegisterForm(request.POST)
    if not form.is_valid():
        return _list_page(request, form, 422)
    platform = Organisation.objects.platform()
    try:
        withdrawn = save_register_number(platform, actor=request.user, number=form.cleaned_data["number"])  # type: ignore[arg-type]
    except LifecycleError as error:
        form.add_error(None, str(error))
        return _list_page(request, form, 409)
    _say(request, withdrawn)
    return redirect("mailing:sender_list")


@require_POST
@requires("accounts.manage")
def sender_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the DNS about a sender's domain now."""
    sender = Sender.objects.visible_to(request.user).filter(pk=pk).first()
    if sender is None:
        raise Http404
    say_checked(request, sender)
    return redirect(f"{reverse('mailing:sender_list')}#domain-{sender.pk}")


def say_checked(request: HttpRequest, sender: Sender) -> None:
    """Check a sender's domain and say on the next page what came out."""
    health = domain_health.check_sender(sender, actor=request.user)  # type: ignore[arg-type]
    if health is None:
        messages.info(request, _("This installation does not ask the DNS (CHECK_DOMAINS)."))
    elif health.state == "bad":
        messages.warning(request, _("%(domain)s is not set up as it should be.") % {"domain": sender.domain})
    elif health.state == "unknown":
        messages.warning(request, _("The DNS did not answer. Try again in a while."))
    else:
        messages.success(request, _("%(domain)s is set up.") % {"domain": sender.domain})


def _say(request: HttpRequest, withdrawn: int) -> None:
    messages.success(request, _("Saved."))
    if withdrawn:
        sentence = ngettext(
            "%(n)d letter that waited is a draft again and needs a new approval.",
            "%(n)d letters that waited are drafts again and need a new approval.",
            withdrawn,
        )
        messages.warning(request, sentence % {"n": withdrawn})
