"""All addresses of the site. The namespace `public` is put together here."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("accounts/", include("allauth.account.urls"))]
for prefix, module in [
    ("desk/contacts/", "contacts.urls"),
    ("desk/letters/", "mailing.urls"),
    ("desk/newsletters/", "mailing.issue_urls"),
    ("desk/replies/", "mailing.reply_urls"),
    ("webhooks/", "mailing.webhook_urls"),
    ("api/v1/", "desk.api_urls"),
    ("desk/", "advocacy.urls"),
    ("desk/", "desk.urls"),
    ("", "desk.site_urls"),
    ("", "advocacy.site_urls"),
    ("", "mailing.site_urls"),
    ("", "mailing.public_urls"),
]:
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))
public = [path("", include(module)) for module in ("advocacy.public_urls", "mailing.reader_urls")]
urlpatterns.append(path("<slug:lang>/", include((public, "public"), namespace="public")))
handler403 = "desk.views.errors.forbidden"
handler404 = "desk.views.errors.not_found"
handler500 = "desk.views.errors.broken"
