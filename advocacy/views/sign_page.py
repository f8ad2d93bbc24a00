"""The page behind a signer's link: the exact text, who signed, and the answer. GET changes nothing; POST answers.

The token is the only authority: no account, no cookie is read or set, and so no CSRF token is asked for. Nothing that
is cached, indexed, sent on as a referrer or logged holds the token. Whatever is wrong with one, the page is the same.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import override

from advocacy.answering import AnswerRefused, LinkClosed, TextChanged, TooManyAnswers, take_answer, why_closed
from advocacy.forms.sign_answer import AnswerForm
from advocacy.languages import interface_language
from advocacy.models import Signatory, Signature, SignOn
from advocacy.shown_text import changes_since, text_of
from advocacy.sign_links import masked, opens, signatory_of
from advocacy.signing import LAPSED, SIGNED, is_frozen, printed, standing_of, standings_of
from advocacy.views.framing import link_page, standing_frame
from contacts.confidentiality import shown_address


@link_page
def sign(request: HttpRequest, token: str) -> HttpResponse:
    """The text with the form; its POST takes an answer and leads back here."""
    signatory = signatory_of(token)
    if signatory is None:
        return _refused(request, 404)
    if not opens(signatory):
        return _refused(request, 410)
    sign_on = SignOn.objects.select_related("lead").get(statement=signatory.statement_id)
    sign_on.statement = signatory.statement
    with override(interface_language(signatory.language)):
        if request.method == "POST":
            return _answered(request, signatory, sign_on)
        return _page(request, signatory, sign_on)


def _refused(request: HttpRequest, status: int) -> HttpResponse:
    """The same plain page whatever is wrong with a link."""
    with override(settings.LANGUAGE_CODE):
        return render(request, "public/sign_refused.html", standing_frame(settings.LANGUAGE_CODE), status=status)


def _answered(request: HttpRequest, signatory: Signatory, sign_on: SignOn) -> HttpResponse:
    form = AnswerForm(request.POST, signatory=signatory)
    if not form.is_valid():
        return _page(request, signatory, sign_on, form=form, status=422)
    given = form.given()
    try:
        take_answer(signatory, given)
    except LinkClosed:
        return _refused(request, 410)
    except TextChanged as error:
        return _page(request, signatory, sign_on, error=str(error), seen=given.seen, status=409)
    except TooManyAnswers as error:
        response = _page(request, signatory, sign_on, error=str(error), form=form, status=429)
        response["Retry-After"] = "3600"
        return response
    except AnswerRefused as error:
        return _page(request, signatory, sign_on, error=str(error), status=409)
    # The same address again: a reload asks for the page and sends nothing.
    return redirect(request.path)


def _page(
    request: HttpRequest, signatory: Signatory, sign_on: SignOn, *, status: int = 200, **given: Any
) -> HttpResponse:
    """The page. `given` may hold `form` (with its errors), `error` (why an answer was refused) and `seen` (the digest
    of the text that an answer was meant for, which is another one by now)."""
    form, error, seen = given.get("form"), given.get("error", ""), given.get("seen", "")
    statement = signatory.statement
    if error:
        statement.refresh_from_db()
    shown = text_of(statement)
    standings = standings_of(statement, shown.digest)
    standing = next((row for row in standings if row.signatory.pk == signatory.pk), None) or standing_of(
        signatory, shown.digest
    )
    # An edit between reading the status and the words must not show what nobody approved.
    is_shown = is_frozen(statement) and shown.number > 0
    names = printed(sign_on, standings) if is_shown else []
    before = seen or (standing.answer.digest if standing.answer and standing.state == LAPSED else "")
    closed = why_closed(statement, sign_on, signatory)
    context = {
        **standing_frame(interface_language(signatory.language)),
        "signatory": signatory,
        "organisation": signatory.organisation,
        "statement": statement,
        "sign_on": sign_on,
        "shown": shown,
        "is_shown": is_shown,
        "closed": closed,
        "error": error,
        "standing": standing,
        "changes": changes_since(statement, before, shown) if before and is_shown else None,
        "signatories": names,
        "signed": sum(row.state == SIGNED for row in standings),
        "asked": len(standings),
        "address": masked("" if signatory.organisation.is_confidential else shown_address(signatory.email)),
        "may_ask": statement.is_editable,
        "form": None if closed else form or AnswerForm(signatory=signatory, initial=_start(signatory, shown.digest)),
        "time_zone": settings.TIME_ZONE.rpartition("/")[2].replace("_", " "),
    }
    return render(request, "public/sign_on.html", context, status=status)


def _start(signatory: Signatory, digest: str) -> dict[str, Any]:
    """What the form holds at first: the latest answer's words, else what we know of the organisation and signer."""
    organisation = signatory.organisation
    known: dict[str, Any] = {
        "seen": digest,
        "answer": Signature.Answer.SIGNED,
        "name": organisation.name,
        "country": organisation.country,
        "register": organisation.transparency_register_id,
        "by_name": signatory.signer,
        "by_role": signatory.role,
    }
    former = signatory.signatures.filter(answer=Signature.Answer.SIGNED).order_by("-id").first()
    if former is not None:
        known |= {"name": former.printed_name, "country": former.printed_country}
        known |= {"register": former.printed_register_id, "by_name": former.by_name, "by_role": former.by_role}
        known["prints_signer"] = former.prints_signer
    return known
