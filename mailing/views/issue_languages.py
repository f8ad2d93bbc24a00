"""Language versions of an issue, and its title and sender."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import requires
from advocacy.forms.statements import LanguageForm
from contacts.languages import language_name
from mailing.issues import drafting
from mailing.issues.addresses import editor_address
from mailing.lifecycle import LifecycleError
from mailing.views.edits import save_details, take_language_out
from mailing.views.issue_finding import find_issue


@require_POST
@requires("mailing.edit")
def issue_language_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Begin a language version, with what sources say in it and the structure of the rest."""
    mailing = find_issue(request, reference)
    form = LanguageForm(request.POST, taken={content.language for content in mailing.contents.all()})
    if not form.is_valid():
        messages.error(request, _("Choose a language that this issue does not have yet."))
        return redirect(editor_address(mailing, mailing.source_language))
    language = form.cleaned_data["language"]
    try:
        drafting.add_language(mailing, language, actor=request.user)  # type: ignore[arg-type]
    except LifecycleError as error:
        messages.error(request, str(error))
        return redirect(editor_address(mailing, mailing.source_language))
    sentence = _("%(language)s is begun. What sources say in it is there; translate what is still open.")
    messages.success(request, sentence % {"language": language_name(language)})
    return redirect(editor_address(mailing, language))


@require_POST
@requires("mailing.edit")
def issue_language_remove(request: HttpRequest, reference: str, language: str) -> HttpResponse:
    """Take a language version out. The words of its blocks stay, for whoever begins it again."""
    mailing = find_issue(request, reference)
    take_language_out(request, mailing, language)
    return redirect(editor_address(mailing, mailing.source_language))


@require_POST
@requires("mailing.edit")
def issue_details(request: HttpRequest, reference: str) -> HttpResponse:
    """Change the title on the desk, the campaign and the sender."""
    mailing = find_issue(request, reference)
    save_details(
        request,
        mailing,
        refused=_("Not saved: give the issue a title and choose who it comes from."),
        reopened=_("The issue is a draft again and needs a new approval."),
    )
    return redirect(editor_address(mailing, mailing.source_language))
