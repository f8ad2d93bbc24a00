"""Calls that may be repeated: what was made under an Idempotency-Key is made once.

The key's row and what the call makes are one transaction. A second call under the key waits for the first on the row's
unique constraint; it then gets what that one made, or makes it itself where that one failed.
"""

import hashlib
import re
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from desk.api.problems import bad_field
from desk.models import ApiMade, ApiToken

_KEY = re.compile(r"[!-~]{1,200}")


def once(request: HttpRequest, response: HttpResponse, token: ApiToken, make: Callable[[], str]) -> str:
    """What `make` made (its number in addresses), now or under this key before; the answer's headers say which.

    Raises Problem for a key that was used for another call, and whatever `make` raises.
    """
    made, is_new = _made(request, token, make)
    if not is_new:
        response["Idempotency-Replayed"] = "true"
    response["Location"] = f"{request.path.rstrip('/')}/{made}"
    return made


def _made(request: HttpRequest, token: ApiToken, make: Callable[[], str]) -> tuple[str, bool]:
    """What was made, and whether it was now."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        with transaction.atomic():
            return make(), True
    if not _KEY.fullmatch(key):
        raise bad_field("header.Idempotency-Key", _("Idempotency-Key takes 1 to 200 signs from ! to ~."))
    asked = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
    row = ApiMade(token=token, key_digest=hashlib.sha256(key.encode()).hexdigest(), request_digest=asked)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            before = ApiMade.objects.get(token=token, key_digest=row.key_digest)
            if before.request_digest != asked:
                sentence = _("This Idempotency-Key was used for another call. Take a new one.")
                raise bad_field("header.Idempotency-Key", sentence) from None
            return before.made, False
        row.made = make()
        row.save(update_fields=["made"])
    return row.made, True
