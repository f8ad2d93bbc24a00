"""One view that forgot to say who may open it, beside the real addresses."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import handler403  # noqa: F401
from config.urls import urlpatterns as real


def unmarked(request: HttpRequest) -> HttpResponse:
    return HttpResponse("secret")


urlpatterns = [path("unmarked/", unmarked), *real]
