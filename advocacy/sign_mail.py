"""The mails of a sign-on: the invitation, a reminder, "the text has changed", the receipt, the answer to a wish."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from advocacy.languages import interface_language
from advocacy.models import Signatory, Signature, SignatureReply, SignOn, Statement
from advocacy.sign_links import address_of
from advocacy.story import hour
from transport.outbox import queue_mail


def title_of(statement: Statement, language: str) -> str:
    """The statement's title in a language, else as it was written, else its reference."""
    titles = dict(statement.texts.values_list("language", "title"))
    return titles.get(language) or titles.get(statement.source_language) or statement.reference


def send_call(signatory: Signatory, sign_on: SignOn, *, kind: str, key: str) -> None:
    """Ask a signatory for an answer. `kind` is "asked", "reminder" or "changed"; `key` makes the mail one of its kind.

    Call it in the transaction that claims the signatory.
    """
    statement = signatory.statement

    def words() -> dict[str, Any]:
        return {"kind": kind, "deadline": hour(sign_on.deadline), "note": sign_on.note, "who": sign_on.lead.name}

    _queue("sign-on", signatory, statement, words, key=f"{kind}:{signatory.pk}:{signatory.link_serial}:{key}")


def send_receipt(signature: Signature, statement: Statement) -> None:
    """Tell a signer what was taken down in their name, so that a wrong answer is noticed."""

    def words() -> dict[str, Any]:
        return {
            "answer": signature.answer,
            "person": signature.by_name,
            "note": signature.comment,
            "who": signature.by_name,
            "printed": signature.printed_name,
            "version": signature.version,
            "is_late": signature.is_late,
        }

    _queue("sign-on-receipt", signature.signatory, statement, words, key=f"receipt:{signature.pk}")


def send_reply(reply: SignatureReply, signatory: Signatory, statement: Statement) -> None:
    """Send the answer to a wish for a change."""

    def words() -> dict[str, Any]:
        return {"person": str(reply.by), "who": str(reply.by), "note": reply.text, "wish": reply.signature.comment}

    _queue("sign-on-reply", signatory, statement, words, key=f"reply:{reply.pk}")


def _queue(
    purpose: str, signatory: Signatory, statement: Statement, words: Callable[[], dict[str, Any]], *, key: str
) -> None:
    """Write the mail in the caller's transaction; `words` is called in the language of its reader."""
    with override(interface_language(signatory.language)):
        context = {
            "reference": statement.reference,
            "title": title_of(statement, signatory.language),
            "organisation": signatory.organisation.name,
            "name": signatory.signer,
            "url": address_of(signatory),
            **words(),
        }
    queue_mail(
        purpose=purpose,
        to=signatory.email,
        language=signatory.language,
        context=context,
        dedupe_key=f"sign-on:{key}",
    )


def desk_address(statement: Statement) -> str:
    """The whole address of the sign-on's page in the workspace."""
    return settings.SITE_URL + reverse("advocacy:sign_on", args=[statement.reference])
