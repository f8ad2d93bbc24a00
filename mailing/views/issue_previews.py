"""An issue before it leaves: as mail programs show it, in the dark, as plain text and on the web, for any language."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.access import requires
from contacts.languages import language_name
from mailing import archive
from mailing.issues import pages, previewing
from mailing.issues.addresses import editor_address
from mailing.models import Mailing
from mailing.story import road_of
from mailing.views.issue_finding import find_issue
from mailing.views.people import mail_preview, web_preview
from mailing.views.public_issues import page_before

MANNERS = [
    ("mail", gettext_noop("As mail")),
    ("dark", gettext_noop("In the dark")),
    ("text", gettext_noop("Plain text")),
    ("web", gettext_noop("On the web")),
]


def _is_public(mailing: Mailing) -> bool:
    """Whether the issue will stand in the archive."""
    return mailing.contact_list is not None and mailing.contact_list.is_open


@requires("mailing.view")
def issue_preview(request: HttpRequest, reference: str) -> HttpResponse:
    """The message for a language (?lang=), topics (?topics=), manner (?as=mail, dark, text, web); its size."""
    mailing = find_issue(request, reference)
    content = pages.content_of(mailing, request.GET.get("lang", ""))
    topics = previewing.topics_of(mailing)
    chosen = previewing.chosen_topics(request.GET.getlist("topics"), topics)
    manner = request.GET.get("as", "mail")
    text = previewing.shown(mailing, content.language, chosen).text if manner == "text" else ""
    query = f"{previewing.query_of(content.language, chosen)}&{urlencode({'as': manner[:10]})}"
    frame = "newsletters:issue_web" if manner == "web" else "newsletters:issue_message"
    context = {
        "nav": "newsletters",
        "mailing": mailing,
        "content": content,
        "languages": [(row.language, language_name(row.language)) for row in mailing.contents.all()],
        "topic_choices": [(topic.pk, pages.topic_name(topic, content.language)) for topic in topics],
        "chosen": chosen,
        "manner": manner,
        "manners": [(name, _(words)) for name, words in MANNERS if name != "web" or _is_public(mailing)],
        "text": text,
        "frame_url": f"{reverse(frame, args=[reference])}?{query}",
        "size": previewing.largest(mailing),
        "clips_kb": previewing.GMAIL_CLIPS // 1024,
        "steps": road_of(mailing, "write"),
        "write_url": editor_address(mailing, content.language),
    }
    return render(request, "mailing/issue_preview.html", context)


@mail_preview
@requires("mailing.view")
def issue_message(request: HttpRequest, reference: str) -> HttpResponse:
    """The HTML of the message itself, for the frame on our pages."""
    mailing = find_issue(request, reference)
    language = request.GET.get("lang", "")
    if language not in {row.language for row in mailing.contents.all()}:
        raise Http404
    topics = previewing.chosen_topics(request.GET.getlist("topics"), previewing.topics_of(mailing))
    html = previewing.shown(mailing, language, topics).html
    return HttpResponse(previewing.in_the_dark(html) if request.GET.get("as") == "dark" else html)


@web_preview
@requires("mailing.view")
def issue_web(request: HttpRequest, reference: str) -> HttpResponse:
    """The public page of a language version (?lang=), for the frame on our pages: as it stands, or will stand."""
    mailing = find_issue(request, reference)
    language = request.GET.get("lang", "")
    content = next((row for row in mailing.contents.all() if row.language == language), None)
    if content is None or not _is_public(mailing):
        raise Http404
    text = mailing.web_versions.filter(language=language).first() or archive.version_now(mailing, content)
    return page_before(request, mailing, text)
