"""Where the pages of an issue are."""

from django.urls import reverse

from mailing.models import Mailing


def editor_address(mailing: Mailing, language: str, *, at: str = "") -> str:
    """The editor of one language version; `at` names the control that takes the focus, such as "up-12"."""
    address = f"{reverse('newsletters:issue_write', args=[mailing.reference])}?lang={language}"
    # No fragment: browsers do not heed autofocus on a page whose address has one.
    return f"{address}&at={at}" if at else address
