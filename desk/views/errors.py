"""Error pages: what happened, what is safe, what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: usually the sign-in ended in another tab."""
    return render(request, "403_csrf.html", status=403)
