"""How long a sign-in lasts: twelve hours at most, and thirty minutes without a sign of the person."""

import time

from django.conf import settings
from django.http import HttpRequest

IDLE_SECONDS = 30 * 60
_NOTE_EVERY = 60


def open_session(request: HttpRequest) -> None:
    """Note when the sign-in began; called once, right after it."""
    now = int(time.time())
    request.session["began"] = now
    request.session["seen"] = now


def is_over(request: HttpRequest) -> bool:
    """Whether the sign-in of this request has ended by age (settings.SESSION_COOKIE_AGE) or by idleness.

    A sign-in that was never noted (a test's) ends with its cookie only. Otherwise the request counts as a sign
    of the person, noted once a minute, unless a page polls by itself: htmx must not keep an empty chair signed in.
    """
    began, seen = request.session.get("began"), request.session.get("seen")
    if began is None or seen is None:
        return False
    now = int(time.time())
    if now - began > settings.SESSION_COOKIE_AGE or now - seen > IDLE_SECONDS:
        return True
    if now - seen > _NOTE_EVERY and "HX-Request" not in request.headers:
        request.session["seen"] = now
    return False
