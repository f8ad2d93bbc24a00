"""All addresses of the site. The namespace `public` is put together here."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import RoutePattern


class Late(URLResolver):
    """Addresses whose module is loaded when one of them is asked for, or made by a name in their namespace.

    A worker makes links to pages, and so reads all other addresses; the API's library is 14 MB that it does not need.
    """

    def _populate(self) -> None:
        """What is around these asks for their names; nobody looks them up but in the namespace, which loads them."""


urlpatterns: list[URLPattern | URLResolver] = [path("accounts/", include("allauth.account.urls"))]
for prefix, module in [
    ("desk/contacts/", "contacts.urls"),
    ("desk/letters/", "mailing.urls"),
    ("desk/newsletters/", "mailing.issue_urls"),
    ("desk/replies/", "mailing.reply_urls"),
    ("webhooks/", "mailing.webhook_urls"),
    ("desk/", "advocacy.urls"),
    ("desk/", "desk.urls"),
    ("", "desk.site_urls"),
    ("", "advocacy.site_urls"),
    ("", "mailing.site_urls"),
    ("", "mailing.public_urls"),
]:
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))
# Before the languages, which take any first word.
urlpatterns.append(Late(RoutePattern("api/v1/"), "desk.api_urls", app_name="api", namespace="api"))
public = [path("", include(module)) for module in ("advocacy.public_urls", "mailing.reader_urls")]
urlpatterns.append(path("<slug:lang>/", include((public, "public"), namespace="public")))
handler403 = "desk.views.errors.forbidden"
handler404 = "desk.views.errors.not_found"
handler500 = "desk.views.errors.broken"
