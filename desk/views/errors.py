"""Error pages: what happened, what is safe, what to do."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: usually the sign-in ended in another tab."""
    return render(request, "403_csrf.html", status=403)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The person is known but their role does not open this page."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing is at this address."""
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Our fault. The page asks neither the database nor the session, and stands without its stylesheet."""
    try:
        stylesheet = static("css/app.css")
    except ValueError:
        stylesheet = ""
    context = {
        "stylesheet": stylesheet,
        "platform_name": settings.PLATFORM_NAME,
        "reference": request.META.get("REQUEST_ID", ""),
    }
    return HttpResponse(render_to_string("500.html", context), status=500)
