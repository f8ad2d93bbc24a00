"""The settings of a subscription, changed by its reader with a signed link."""

from django.conf import settings
from django.core.signing import Signer

from contacts.models import Subscription

SALT = "contacts.preferences"


def link_for(subscription: Subscription) -> str:
    """The whole address of the page with a reader's own settings, for mail of the system."""
    return f"{settings.SITE_URL}/p/{Signer(salt=SALT, sep='.').sign(subscription.pk)}/"
