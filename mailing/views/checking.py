"""Step 3: the checklist, and a test to oneself."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import requires
from mailing import checklist, domain_health, issue_kinds, issue_readers, previews
from mailing.forms import TestForm
from mailing.issues import previewing
from mailing.models import Mailing
from mailing.story import nav_of, road_of
from mailing.testing import TestError, send_each, send_issue_test, send_test
from mailing.views.finding import find
from mailing.views.senders import say_checked


@requires("mailing.view")
def letter_check(request: HttpRequest, reference: str) -> HttpResponse:
    """What blocks, what is worth a look, what is in order; each line links to where it is put right."""
    mailing = find(request, reference)
    found = checklist.run(mailing)
    context = {
        "nav": nav_of(mailing),
        "mailing": mailing,
        "checklist": found,
        "steps": road_of(mailing, "check", people=found.preview.recipients, check=found.summary),
        "test_form": TestForm(initial={"to": getattr(request.user, "email", ""), "n": 1}),
        "choices": previews.choices(found.readers),
        "kinds": issue_kinds.kinds_of(mailing, found.preview, found.readers) if mailing.has_blocks else None,
        "languages": len({reader.language for reader in found.readers}),
        "domain": domain_health.panel_of(mailing.sender),
        "checked_at": timezone.now(),
    }
    return render(request, "mailing/check.html", context)


@require_POST
@requires("mailing.edit")
def letter_test(request: HttpRequest, reference: str) -> HttpResponse:
    """Queue a test; a worker sends it in a few seconds."""
    mailing = find(request, reference)
    form = TestForm(request.POST)
    if not form.is_valid():
        messages.error(
            request, _("The test was not sent: “%(to)s” is no address.") % {"to": request.POST.get("to", "")[:80]}
        )
    else:
        to = form.cleaned_data["to"]
        try:
            count = _send(request, mailing, to, form.cleaned_data["n"] or 1)
        except TestError as error:
            messages.error(request, str(error))
        else:
            told = ngettext(
                "The test is on its way to %(to)s.",
                "%(n)d tests are on their way to %(to)s, one in each language.",
                count,
            )
            messages.success(request, told % {"to": to, "n": count})
    return redirect("mailing:letter_check", reference=reference)


def _send(request: HttpRequest, mailing: Mailing, to: str, number: int) -> int:
    """Send the tests that were asked for: an issue's by language and topics, a letter's by recipient. Gives how many.

    Raises TestError.
    """
    actor: Any = request.user
    each = "each" in request.POST
    if mailing.has_blocks:
        topics = previewing.chosen_topics(request.POST.getlist("topics"), previewing.topics_of(mailing))
        languages = _languages(mailing) if each else [request.POST.get("lang") or mailing.source_language]
        if not {*languages} <= {content.language for content in mailing.contents.all()}:
            raise TestError(_("The test was not sent: the issue has no version in this language."))
        send_issue_test(mailing, actor=actor, to=to, languages=languages, topics=topics)
        return len(languages)
    if each:
        return send_each(mailing, actor=actor, to=to)
    send_test(mailing, actor=actor, to=to, number=number)
    return 1


def _languages(mailing: Mailing) -> list[str]:
    """The languages that an issue's readers get it in."""
    return sorted({given for _wanted, given, _count in issue_readers.summary(mailing).by_language})


@require_POST
@requires("mailing.edit")
def letter_domain(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the DNS about the sender's domain now."""
    mailing = find(request, reference)
    say_checked(request, mailing.sender)
    return redirect(f"{reverse('mailing:letter_check', args=[reference])}#domain")
