"""What every page of the workspace shows: the platform's name, the demo's banner."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def workspace(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page; runs no query."""
    return {
        "platform_name": settings.PLATFORM_NAME,
        "platform_tagline": settings.PLATFORM_TAGLINE,
        "is_demo": settings.DEMO,
        # The foot of the public pages.
        "register_id": settings.TRANSPARENCY_REGISTER_ID,
        "helpline_url": settings.HELPLINE_URL,
        "source_url": settings.SOURCE_URL or reverse("source"),
    }
