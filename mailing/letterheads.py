"""How the organisation's paper looks: postal address and logo. What was approved names them, so a change takes waiting
letters back to drafts."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from contacts.models import Organisation
from mailing import pictures
from mailing.lifecycle import LifecycleError
from mailing.models import Letterhead, Mailing
from mailing.senders import take_back

# Printed 16 mm high: these dots are enough for a good printer, and few enough for a thousand letters.
LOGO_DOTS = (900, 300)
STARTS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}


def letterhead_of(organisation: Organisation) -> Letterhead:
    """The letterhead of an organisation; one without a logo where nobody made any."""
    return Letterhead.objects.filter(organisation=organisation).first() or Letterhead(organisation=organisation)


def save_letterhead(
    organisation: Organisation,
    *,
    actor: User,
    address: str,
    logo: UploadedFile | None = None,
    without_logo: bool = False,
) -> int:
    """Set what stands on paper; gives how many letters became drafts again.

    The logo is made anew and small. Raises LifecycleError for a file that is no picture, for the address of an
    organisation at a secret place, and while a letter leaves.
    """
    found = letterhead_of(organisation)
    address = "\n".join(line.strip() for line in address.splitlines() if line.strip())
    if address and organisation.is_confidential:
        raise LifecycleError(_("The organisation works at a secret address: none is kept for its letters."))
    content, kind = _picture(logo) if logo else (None if without_logo else found.logo, found.logo_kind)
    kind = kind if content else ""
    if (address, bytes(content or b"")) == (organisation.postal_address, bytes(found.logo or b"")):
        return 0
    with transaction.atomic():
        letters = Mailing.objects.filter(owner=organisation)
        withdrawn = take_back(letters, actor, "changed the letterhead")
        Organisation.objects.filter(pk=organisation.pk).update(postal_address=address)
        Letterhead.objects.update_or_create(organisation=organisation, defaults={"logo": content, "logo_kind": kind})
        record(actor, "changed the letterhead", about=organisation, label=organisation.name)
    organisation.postal_address = address
    return withdrawn


def _picture(logo: UploadedFile) -> tuple[Any, str]:
    content = logo.read()
    kind = next((kind for start, kind in STARTS.items() if content.startswith(start)), "")
    if not kind:
        raise LifecycleError(_("The logo is neither a PNG nor a JPEG. Save it as one of them."))
    try:
        return pictures.clean(content, kind, within=LOGO_DOTS), kind
    except pictures.PictureError as error:
        raise LifecycleError(str(error)) from error
