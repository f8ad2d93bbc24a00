"""Settings → API: keys for other programs, and webhooks that tell other programs what happens."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from desk.api import tokens
from desk.api_forms import KeyForm, WebhookForm
from desk.models import ApiToken, Webhook, WebhookDelivery
from desk.webhooks import registering, telling
from desk.webhooks.signing import secret_of

PER_PAGE = 50


@requires("accounts.manage")
@require_safe
def api(request: HttpRequest) -> HttpResponse:
    """All keys and webhooks, and the forms that make one more."""
    return _page(request, KeyForm(), WebhookForm())


@requires("accounts.manage")
@require_POST
def key_make(request: HttpRequest) -> HttpResponse:
    """Make a key and show it, this once."""
    form = KeyForm(request.POST, prefix=KeyForm.prefix)
    owner: Any = request.user
    if not form.is_valid():
        return _page(request, form, WebhookForm(), status=422)
    token, key = tokens.make(owner, **form.cleaned_data)
    return _secret(request, _("The key “%(name)s” is made") % {"name": token.name}, key)


@requires("accounts.manage")
@require_POST
def key_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a key back."""
    token = get_object_or_404(ApiToken, pk=pk)
    actor: Any = request.user
    if tokens.revoke(token, actor=actor):
        messages.success(request, _("The key “%(name)s” is taken back: it opens nothing.") % {"name": token.name})
    return redirect("desk:api")


@requires("accounts.manage")
@require_POST
def webhook_make(request: HttpRequest) -> HttpResponse:
    """Register a webhook and show its secret, this once."""
    form = WebhookForm(request.POST, prefix=WebhookForm.prefix)
    actor: Any = request.user
    if not form.is_valid():
        return _page(request, KeyForm(), form, status=422)
    webhook = registering.register(**form.cleaned_data, actor=actor)
    return _secret(request, _("The webhook “%(name)s” is registered") % {"name": webhook.name}, secret_of(webhook))


@requires("accounts.manage")
@require_safe
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """One webhook: what it is told, and each message with the last answer."""
    row = get_object_or_404(Webhook, pk=pk)
    page = Paginator(row.deliveries.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    names = dict(Webhook.Event.choices)
    events = [names[event] for event in row.events if event in names]
    context = {"nav": "settings", "tab": "api", "webhook": row, "page_obj": page, "events": events}
    return render(request, "desk/api_webhook.html", context)


@requires("accounts.manage")
@require_POST
def webhook_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Another secret, shown this once."""
    row = get_object_or_404(Webhook, pk=pk)
    actor: Any = request.user
    registering.renew_secret(row, actor=actor)
    return _secret(request, _("The webhook “%(name)s” has another secret") % {"name": row.name}, secret_of(row))


@requires("accounts.manage")
@require_POST
def webhook_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """On or off."""
    row = get_object_or_404(Webhook, pk=pk)
    actor: Any = request.user
    on = request.POST.get("on") == "1"
    if registering.switch(row, on=on, actor=actor):
        messages.success(request, _("It is on. What waits goes out now.") if on else _("It is off. Nothing is sent."))
    return redirect("desk:webhook", pk)


@requires("accounts.manage")
@require_POST
def webhook_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete it."""
    row = get_object_or_404(Webhook, pk=pk)
    actor: Any = request.user
    registering.remove(row, actor=actor)
    messages.success(request, _("The webhook “%(name)s” is deleted.") % {"name": row.name})
    return redirect("desk:api")


@requires("accounts.manage")
@require_POST
def webhook_ping(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a try."""
    telling.ping(get_object_or_404(Webhook, pk=pk))
    messages.success(request, _("A try is on its way. Load this page again in a moment to see the answer."))
    return redirect("desk:webhook", pk)


@requires("accounts.manage")
@require_POST
def webhook_replay(request: HttpRequest, pk: int, delivery: int) -> HttpResponse:
    """Send one message again."""
    row = get_object_or_404(WebhookDelivery, pk=delivery, webhook=pk)
    if telling.replay(row):
        messages.success(request, _("The message goes out again, under its own number."))
    else:
        messages.info(request, _("The message waits already."))
    return redirect("desk:webhook", pk)


def _secret(request: HttpRequest, heading: str, secret: str) -> HttpResponse:
    context = {"nav": "settings", "tab": "api", "heading": heading, "secret": secret}
    return render(request, "desk/api_secret.html", context)


def _page(request: HttpRequest, key_form: KeyForm, webhook_form: WebhookForm, *, status: int = 200) -> HttpResponse:
    names = dict(KeyForm.base_fields["scopes"].choices)  # type: ignore[attr-defined]
    keys = [
        (token, [names.get(scope, scope) for scope in token.scopes])
        for token in ApiToken.objects.select_related("owner")
    ]
    context = {
        "nav": "settings",
        "tab": "api",
        "keys": keys,
        "webhooks": Webhook.objects.all(),
        "key_form": key_form,
        "webhook_form": webhook_form,
    }
    return render(request, "desk/api.html", context, status=status)
