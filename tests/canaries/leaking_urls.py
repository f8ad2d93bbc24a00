"""Views that let secrets out, so that the guard can be seen to notice."""

import io

from django.http import FileResponse, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path
from openpyxl import Workbook

from accounts.access import public
from config import urls as site
from contacts.models import Contact, Organisation
from tests.canaries.rows import FAMILY_NAME, ORGANISATION_NAME


def house():
    return Organisation.objects.get(name=ORGANISATION_NAME)


def person():
    return Contact.objects.get(family_name=FAMILY_NAME)


@public
def page(request):
    return HttpResponse(f"<p>{house().postal_address}</p>")


@public
def header(request):
    return HttpResponseRedirect(f"/found/?who={person().email.replace('@', '%40')}")


@public
def stream(request):
    number = person().phone
    return StreamingHttpResponse(iter(["telephone,", number[:9], number[9:]]), content_type="text/csv")


@public
def workbook(request):
    book, file = Workbook(), io.BytesIO()
    book.active.append([house().name, house().phone])
    book.save(file)
    file.seek(0)
    return FileResponse(file)


@public
def broken(request):
    raise ValueError(f"nobody at {house().email}, {person().postal_address}")


urlpatterns = [
    path("leak/page/", page),
    path("leak/header/", header),
    path("leak/stream/", stream),
    path("leak/workbook/", workbook),
    path("leak/broken/", broken),
    *site.urlpatterns,
]
handler403, handler404, handler500 = site.handler403, site.handler404, site.handler500
