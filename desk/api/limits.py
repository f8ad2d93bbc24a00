"""How often somebody may call: counted in rows, so that all workers count together and nothing else is needed."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from desk.models import ApiCount, ApiMade

WINDOW = timedelta(minutes=1)
KEPT = timedelta(hours=1)
MADE_KEPT = timedelta(days=1)


def take(key: str, most: int) -> int:
    """Count one call. 0 when it may go on, else the seconds until it may.

    A call that is refused writes nothing, so a flood of them costs one read each and adds no row.
    """
    now = timezone.now()
    window = now.replace(second=0, microsecond=0)
    row = ApiCount.objects.filter(key=key, window=window)
    if row.filter(count__lt=most).update(count=F("count") + 1):
        return 0
    # Not there, or made by somebody else since: then it is there after the failed insert, and counts.
    is_full = row.filter(count__gte=most).exists()
    if not is_full and (_begin(key, window) or row.filter(count__lt=most).update(count=F("count") + 1)):
        return 0
    return max(1, int((window + WINDOW - now).total_seconds()) + 1)


def key_of_visitor(address: str) -> str:
    """A key for a network address (accounts.visitors.client_address) that does not tell it."""
    return f"ip:{salted_hmac('demarche.api', address).hexdigest()[:32]}"


def empty_old() -> None:
    """Delete counts older than an hour, and keys of calls older than a day."""
    now = timezone.now()
    ApiCount.objects.filter(window__lt=now - KEPT).delete()
    ApiMade.objects.filter(at__lt=now - MADE_KEPT).delete()


def _begin(key: str, window: datetime) -> bool:
    try:
        with transaction.atomic():
            ApiCount.objects.create(key=key, window=window, count=1)
    except IntegrityError:
        return False
    return True
