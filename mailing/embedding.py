"""The form of a list on other sites: what a colleague copies for a frame, or for a form of that site's own."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from advocacy.languages import interface_language, own_name
from contacts.models import ContactList
from contacts.open_lists import languages_of, text_of
from contacts.registry import Section


def forms_of(contact_list: ContactList) -> Iterable[Section]:
    """A card for the page of an open list: the addresses of its form in each language, and what to copy."""
    if contact_list.is_open and contact_list.slug:
        rows = [_in(contact_list, contact_list.slug, code) for code in languages_of(contact_list)]
        yield Section("contacts/_list_embed.html", rows)


def _in(contact_list: ContactList, slug: str, code: str) -> dict[str, str]:
    def address(name: str) -> str:
        return settings.SITE_URL + reverse(f"public:{name}", kwargs={"lang": code, "slug": slug})

    wording = contact_list.wording_in(code)
    with override(interface_language(code)):
        label, button = _("E-mail address"), _("Send me the confirmation")
    return {
        "code": code,
        "language": own_name(code),
        "title": text_of(contact_list, code).name,
        "page": address("subscribe_list"),
        "frame": address("subscribe_embed"),
        "label": label,
        "button": button,
        "shown": str(wording.pk) if wording else "",
        "wording": wording.text if wording else "",
    }
