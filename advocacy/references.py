"""References that people say on the phone: LSI-S-2026-009."""

from typing import Any, TypeVar

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone

Row = TypeVar("Row", bound=models.Model)


def next_reference(model: type[models.Model], middle: str = "") -> str:
    """The next free reference of this year for `model`, such as `DEM-S-2026-004` for `middle="S"`.

    Two callers at once may get the same one; the model's unique constraint decides, see `create_with_reference`.
    """
    parts = [settings.REFERENCE_PREFIX, middle, str(timezone.localdate().year)]
    start = "-".join(part for part in parts if part) + "-"
    taken = model._default_manager.filter(reference__startswith=start).values_list("reference", flat=True)
    numbers = [int(tail) for tail in (reference.removeprefix(start) for reference in taken) if tail.isdecimal()]
    return f"{start}{max(numbers, default=0) + 1:03}"


def create_with_reference(model: type[Row], *, middle: str = "", **fields: Any) -> Row:
    """Create a row with the next reference; take the one after it when somebody else was quicker."""
    for attempt in range(5):
        try:
            with transaction.atomic():
                return model._default_manager.create(reference=next_reference(model, middle), **fields)
        except IntegrityError:
            if attempt == 4:
                raise
    raise AssertionError("unreachable")
