"""System checks of the mail settings: what would only fail at the first mail is said at the start."""

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.module_loading import import_string

from transport import dkim
from transport.connection import read_url
from transport.message import MessageError, ascii_address


@register
def mail_settings(**kwargs: Any) -> list[CheckMessage]:
    """transport.E001 the mail server's URL, E002 the provider, E003 the sender of system mail."""
    found: list[CheckMessage] = []
    if settings.MAIL_PROVIDER == "smtp":
        try:
            read_url(settings.SMTP_URL)
        except ValueError as error:
            found.append(Error(str(error), hint="Set SMTP_URL; see docs/settings.md.", id="transport.E001"))
    else:
        try:
            import_string(settings.MAIL_PROVIDER)
        except ImportError:
            hint = "Use smtp, or the path of an anymail backend; see docs/settings.md."
            found.append(Error("MAIL_PROVIDER names no mail backend.", hint=hint, id="transport.E002"))
    try:
        ascii_address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    except MessageError:
        hint = "Write an address, or a name and an address: Platform <desk@platform.example>."
        found.append(Error("DEFAULT_FROM_EMAIL is not an address.", hint=hint, id="transport.E003"))
    return found


@register
def dkim_keys(**kwargs: Any) -> list[CheckMessage]:
    """transport.E004 a key that cannot sign, transport.W001 a key shorter than receivers ask for."""
    found: list[CheckMessage] = []
    for entry in settings.DKIM_KEYS:
        try:
            key = dkim.read_entry(entry)
            bits = dkim.load(key.path).key_size
        except ValueError as error:
            found.append(Error(str(error), hint="Set DKIM_KEYS; see docs/deliverability.md.", id="transport.E004"))
            continue
        if bits < dkim.SHORT_KEY:
            sentence = f"The DKIM key of {key.domain} has {bits} bits; Gmail asks for {dkim.SHORT_KEY}."
            found.append(Warning(sentence, hint="Make a longer key under a new selector.", id="transport.W001"))
    return found
