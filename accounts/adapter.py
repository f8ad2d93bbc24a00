"""allauth's adapter: nobody signs up; people come by invitation."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.sessions import open_session
from transport.outbox import queue_mail


class AccountAdapter(DefaultAccountAdapter):
    """Closes public sign-up, notes when a sign-in began and words the mails."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Start the clocks of the sign-in and show the pages in the person's language."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        open_session(request)
        set_language(response, user.language)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue allauth's mails in our outbox, a password link at most once a minute for a person.

        Nothing goes to an address without an account: strangers could be pestered so.
        """
        name = template_prefix.rpartition("/")[2]
        if name == "password_reset_key":
            user = context["user"]
            queue_mail(
                purpose="password-reset",
                to=user.email,
                language=user.language,
                context={"url": context["password_reset_url"]},
                dedupe_key=f"password-reset:{user.pk}:{int(time.time() // 60)}",
            )
        elif name != "unknown_account":
            super().send_mail(template_prefix, email, context)


def set_language(response: HttpResponse, language: str) -> None:
    """Keep the language of the pages in Django's language cookie."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
