"""The sign-on of a statement in the workspace: its terms, who was asked, who signed which words, what is printed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from advocacy import inviting
from advocacy.forms.signing import InviteForm, OrganisationNames, ReplyForm, SignerForm, TermsForm, address_shown
from advocacy.inviting import SignOnError
from advocacy.models import Signatory, SignOn, Statement
from advocacy.sign_links import opens
from advocacy.signing import (
    blocks_of,
    is_frozen,
    printed,
    sign_on_of,
    standing_of,
    standings_of,
    summary_of,
)
from advocacy.views.statements import find
from contacts.models import Organisation
from contacts.organising import save_organisation

TONES = {"signed": "ok", "declined": "", "asks_change": "warn", "lapsed": "warn", "waiting": ""}


def words_of(state: str) -> str:
    """What a state is called on the pages."""
    return {
        "signed": _("Signed"),
        "declined": _("Declined"),
        "asks_change": _("Asks for a change"),
        "lapsed": _("Answered other words"),
        "waiting": _("No answer yet"),
    }[state]


def _found(request: HttpRequest, reference: str) -> tuple[Statement, SignOn]:
    """A statement and its sign-on. Raises Http404 where there is none, or the person may not see it."""
    statement = find(request, reference)
    row = sign_on_of(statement)
    if row is None:
        raise Http404
    row.statement = statement
    return statement, row


def _signatory(statement: Statement, pk: int) -> Signatory:
    rows = Signatory.objects.select_related("organisation").filter(statement=statement)
    found: Signatory = get_object_or_404(rows, pk=pk)
    found.statement = statement
    return found


@requires("advocacy.view")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_on(request: HttpRequest, reference: str) -> HttpResponse:
    """The page of a sign-on; its POST opens it or changes its terms."""
    statement = find(request, reference)
    if request.method != "POST":
        return _page(request, statement)
    if not request.user.has_perm("advocacy.edit"):
        return _page(request, statement, error=_("Your role does not allow this. Ask an administrator."), status=403)
    known = OrganisationNames(request.user)
    form = TermsForm(request.POST, statement=statement, sign_on=sign_on_of(statement), known=known)
    if not form.is_valid():
        return _page(request, statement, terms_form=form, status=422)
    try:
        inviting.set_sign_on(statement, form.terms(), actor=request.user)  # type: ignore[arg-type]
    except SignOnError as error:
        return _page(request, statement, error=str(error), status=409)
    messages.success(request, _("Saved."))
    return redirect("advocacy:sign_on", reference)


def _page(request: HttpRequest, statement: Statement, *, error: str = "", status: int = 200, **forms: Any) -> Any:
    """The page; `error` is a sentence about a step that was refused, `forms` are those to show with their errors."""
    row = sign_on_of(statement)
    digest = statement.digest()
    standings = standings_of(statement, digest) if row else []
    may_edit = request.user.has_perm("advocacy.edit")
    known = OrganisationNames(request.user) if may_edit else None
    if row is not None:
        row.statement = statement
    context = {
        "nav": "statements",
        "statement": statement,
        "sign_on": row,
        "error": error,
        "is_frozen": is_frozen(statement),
        "may_edit": may_edit,
        "rows": [
            {"standing": one, "words": words_of(one.state), "tone": TONES[one.state], "opens": opens(one.signatory)}
            for one in standings
        ],
        "summary": summary_of(standings),
        "signatories": printed(row, standings) if row else [],
        "blocks": blocks_of(statement, row, standings) if statement.is_editable else [],
        "former": inviting.former_signatories(statement) if row and may_edit else [],
        "terms_form": forms.get("terms_form") or (known and TermsForm(statement=statement, sign_on=row, known=known)),
        "invite_form": forms.get("invite_form") or (known and InviteForm(known=known)),
        "names": known.names() if known else [],
    }
    return render(request, "advocacy/sign_on.html", context, status=status)


@require_POST
@requires("advocacy.edit")
def sign_on_invite(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask one organisation."""
    statement, row = _found(request, reference)
    form = InviteForm(request.POST, known=OrganisationNames(request.user))
    if not form.is_valid():
        return _page(request, statement, invite_form=form, status=422)
    try:
        with transaction.atomic():
            organisation = form.cleaned_data["found"] or _new_organisation(request, form)
            signer = form.signer_of(organisation.country)
            inviting.invite(row, organisation, signer, actor=request.user)  # type: ignore[arg-type]
    except (SignOnError, IntegrityError) as error:
        words = str(error) if isinstance(error, SignOnError) else _("An organisation of this name was just added.")
        return _page(request, statement, error=words, invite_form=form, status=409)
    messages.success(request, _("%(name)s is asked. The link is on its way.") % {"name": organisation.name})
    return redirect("advocacy:sign_on", reference)


def _new_organisation(request: HttpRequest, form: InviteForm) -> Organisation:
    data, organisation = form.cleaned_data, Organisation()
    values = {"name": data["organisation"], "country": data["country"], "transparency_register_id": data["register"]}
    save_organisation(organisation, values, types=list, actor=request.user)  # type: ignore[arg-type]
    return Organisation.objects.get(pk=organisation.pk)


def _step(request: HttpRequest, statement: Statement, step: Callable[[], Any], done: str) -> HttpResponse:
    """Take a step and show the page again; a refused one answers 409 with the reason on top."""
    try:
        step()
    except SignOnError as error:
        return _page(request, statement, error=str(error), status=409)
    messages.success(request, done)
    return redirect("advocacy:sign_on", statement.reference)


@require_POST
@requires("advocacy.edit")
def sign_on_again(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask those who were asked for the statement that this one replaces."""
    statement, row = _found(request, reference)
    done = _("They are asked to sign the new text. Nothing they signed before counts for it.")
    return _step(request, statement, lambda: inviting.invite_again(row, actor=request.user), done)  # type: ignore[arg-type]


@require_POST
@requires("advocacy.edit")
def sign_on_remind(request: HttpRequest, reference: str) -> HttpResponse:
    """Write to those who have not answered the present text."""
    statement, row = _found(request, reference)
    try:
        number = inviting.remind(row, actor=request.user)  # type: ignore[arg-type]
    except SignOnError as error:
        return _page(request, statement, error=str(error), status=409)
    if number:
        done = ngettext("%(n)s organisation is reminded.", "%(n)s organisations are reminded.", number)
        messages.success(request, done % {"n": number})
    else:
        messages.info(request, _("Nobody is due: everybody has answered or was written to not long ago."))
    return redirect("advocacy:sign_on", reference)


@require_POST
@requires("advocacy.edit")
def sign_on_close(request: HttpRequest, reference: str) -> HttpResponse:
    """Close the list."""
    statement, row = _found(request, reference)
    done = _("The sign-on is closed.")
    return _step(request, statement, lambda: inviting.close(row, actor=request.user), done)  # type: ignore[arg-type]


@require_POST
@requires("advocacy.edit")
def sign_on_reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """Open it again."""
    statement, row = _found(request, reference)
    done = _("The sign-on is open again.")
    return _step(request, statement, lambda: inviting.reopen(row, actor=request.user), done)  # type: ignore[arg-type]


@requires("advocacy.view")
@require_safe
def signatory(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """One organisation: its link, everything it answered and to which words."""
    statement, row = _found(request, reference)
    return _signatory_page(request, row, _signatory(statement, pk))


def _signatory_page(
    request: HttpRequest, row: SignOn, asked: Signatory, *, error: str = "", status: int = 200, **forms: Any
) -> HttpResponse:
    statement = row.statement
    digest = statement.digest()
    answers = list(asked.signatures.select_related("reply__by").order_by("-id"))
    asked._prefetched_objects_cache = {"signatures": answers}  # type: ignore[attr-defined]
    standing = standing_of(asked, digest)
    context = {
        "nav": "statements",
        "statement": statement,
        "sign_on": row,
        "signatory": asked,
        "error": error,
        "address": address_shown(asked),
        "state": words_of(standing.state),
        "tone": TONES[standing.state],
        "opens": opens(asked),
        "answers": [{"row": one, "counts": one.digest == digest and not number} for number, one in enumerate(answers)],
        "has_wish": any(one.answer == "asks_change" and not hasattr(one, "reply") for one in answers),
        "may_edit": request.user.has_perm("advocacy.edit"),
        "may_be_late": statement.status == Statement.Status.PUBLISHED and asked.late_allowed_at is None,
        "signer_form": forms.get("signer_form") or SignerForm(signatory=asked),
        "reply_form": forms.get("reply_form") or ReplyForm(),
    }
    return render(request, "advocacy/signatory.html", context, status=status)


@require_POST
@requires("advocacy.edit")
def signatory_renew(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Send a new link; the earlier one opens nothing from then on."""
    statement, row = _found(request, reference)
    asked = _signatory(statement, pk)
    form = SignerForm(request.POST, signatory=asked)
    if not form.is_valid():
        return _signatory_page(request, row, asked, signer_form=form, status=422)
    signer = form.signer_of(asked.organisation.country)
    done = _("A new link is on its way. The former one opens nothing any more.")
    return _one(request, row, asked, lambda: inviting.renew(asked, row, signer, actor=request.user), done)  # type: ignore[arg-type]


def _one(request: HttpRequest, row: SignOn, asked: Signatory, step: Callable[[], Any], done: str) -> HttpResponse:
    """Take a step with one organisation and show its page again."""
    try:
        step()
    except SignOnError as error:
        return _signatory_page(request, row, asked, error=str(error), status=409)
    messages.success(request, done)
    return redirect("advocacy:signatory", row.statement.reference, asked.pk)


@require_POST
@requires("advocacy.edit")
def signatory_revoke(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take the link back."""
    statement, row = _found(request, reference)
    asked = _signatory(statement, pk)
    done = _("The link opens nothing any more. What was signed stays signed.")
    return _one(request, row, asked, lambda: inviting.revoke(asked, actor=request.user), done)  # type: ignore[arg-type]


@require_POST
@requires("advocacy.edit")
def signatory_late(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Allow a late signature on the published text."""
    statement, row = _found(request, reference)
    asked = _signatory(statement, pk)
    done = _("It may sign late. The link is on its way.")
    return _one(request, row, asked, lambda: inviting.allow_late(asked, row, actor=request.user), done)  # type: ignore[arg-type]


@require_POST
@requires("advocacy.edit")
def signature_reply(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Answer the latest wish for a change of an organisation."""
    statement, row = _found(request, reference)
    asked = _signatory(statement, pk)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _signatory_page(request, row, asked, reply_form=form, status=422)
    wish = asked.signatures.filter(answer="asks_change", reply__isnull=True).order_by("-id").first()
    if wish is None:
        return _signatory_page(request, row, asked, error=_("There is no wish for a change to answer."), status=409)
    wish.signatory = asked
    text = form.cleaned_data["text"]
    done = _("Your answer is on its way.")
    return _one(request, row, asked, lambda: inviting.reply(wish, text, actor=request.user), done)  # type: ignore[arg-type]
