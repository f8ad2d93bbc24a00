"""Writing the audit trail, in the transaction of what it tells."""

from django.db import models

from accounts.models import AuditEvent, User


def record(actor: User | None, sentence: str, *, about: models.Model | None = None, label: str = "") -> AuditEvent:
    """Append one sentence. Call it inside the transaction that makes the change.

    `sentence` continues the actor's name ("approved version 6 of LSI-2026-014"), names no contact and no
    address. `about` is the object; `label` is how the trail calls it (a reference or a title, no personal data).
    With `actor=None` the system itself acted.
    """
    return AuditEvent.objects.create(
        actor=actor,
        actor_label=str(actor) if actor else "Demarche",
        sentence=sentence[:500],
        object_type=about._meta.label_lower if about is not None else "",
        object_id=str(about.pk) if about is not None else "",
        object_label=label[:200],
    )
