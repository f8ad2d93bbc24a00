"""Signatures of outgoing webhooks, as Standard Webhooks (standardwebhooks.com, version 1.0.0) describes them.

The secret of a webhook is not in the database: it is worked out from the site's key and the webhook's salt. While a
former site key stands in SECRET_KEY_FALLBACKS, messages carry a signature with each, so that receivers have time.
"""

import base64
import hashlib
import hmac

from django.conf import settings

from desk.models import Webhook

PREFIX = "whsec_"


def secret_of(webhook: Webhook) -> str:
    """What the receiver is given, once: "whsec_" and 32 bytes in base64."""
    return PREFIX + base64.b64encode(_key(webhook, settings.SECRET_KEY)).decode()


def signatures(webhook: Webhook, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header webhook-signature: one "v1,…" for each key of the site, separated by spaces."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hmac.new(_key(webhook, key), signed, hashlib.sha256).digest() for key in keys]
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def _key(webhook: Webhook, site_key: str) -> bytes:
    return hmac.new(site_key.encode(), f"webhook:{webhook.public_id}:{webhook.salt}".encode(), hashlib.sha256).digest()
