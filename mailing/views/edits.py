"""Edits that the editor of a letter and that of an issue take alike: title and sender, a language taken out."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from contacts.languages import language_name
from mailing.campaigns import put_into
from mailing.drafting import change_details, remove_text
from mailing.forms import DetailsForm
from mailing.lifecycle import LifecycleError
from mailing.models import Mailing


def save_details(request: HttpRequest, mailing: Mailing, *, refused: str, reopened: str) -> None:
    """Change the title on the desk, the campaign and the sender as the form says, and tell what came of it.

    `refused` is said where the form is not good, `reopened` where the edit took the mailing back to a draft.
    """
    form = DetailsForm(request.POST, user=request.user, mailing=mailing, prefix="details")  # type: ignore[arg-type]
    was = mailing.status
    if not form.is_valid():
        messages.error(request, refused)
        return
    try:
        campaign = form.cleaned_data.pop("campaign")
        moved = put_into(mailing, campaign, actor=request.user)  # type: ignore[arg-type]
        if moved | change_details(mailing, actor=request.user, **form.cleaned_data):  # type: ignore[arg-type]
            messages.success(request, _("Saved."))
            if was != Mailing.Status.DRAFT:
                messages.warning(request, reopened)
    except LifecycleError as error:
        messages.error(request, str(error))


def take_language_out(request: HttpRequest, mailing: Mailing, language: str) -> None:
    """Take a language version out, and tell what came of it."""
    try:
        remove_text(mailing, language, actor=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The %(language)s text is taken out.") % {"language": language_name(language)})
    except LifecycleError as error:
        messages.error(request, str(error))
