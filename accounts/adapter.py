"""allauth's adapter: nobody signs up; people come by invitation."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.sessions import open_session


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

    def format_email_subject(self, subject: str) -> str:
        """The platform's name before the subject, without brackets."""
        return f"{settings.PLATFORM_NAME}: {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of allauth's mails; none to an address without an account, for strangers could be pestered so."""
        if template_prefix.endswith("/unknown_account"):
            return
        super().send_mail(template_prefix, email, {"platform_name": settings.PLATFORM_NAME, **context})


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
