"""The words of system mail: each purpose, the keys its templates need, and the rendering.

The templates are the developers' own (templates/emails/<purpose>-subject.txt, -body.txt, -body.html) and are rendered
by Django's engine with plain values: text of users is only ever a value, escaped in HTML and left as it is in text.
"plain" has no template: it is a message that Django or allauth has already worded (see transport.backend).
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from transport.one_line import one_line

# The keys each purpose needs. All values are strings or numbers, already worded in the recipient's language; `url`
# and `link` are whole addresses of this site. Beside these, every template has platform_name, platform_tagline and
# site_url.
PURPOSES: dict[str, set[str]] = {
    # name of the invited, inviter, link to accept, days it is valid
    "invitation": {"name", "inviter", "link", "days"},
    # a letter: reference, title, version, asker, note, matched, recipients, sender, url;
    # a statement: reference, title, person, note, url
    "approval-asked": {"reference", "title", "url"},
    # person who decided, note, and what it was about
    "approved": {"reference", "title", "person", "url"},
    "changes-asked": {"reference", "title", "person", "note", "url"},
    # url where a new password is set; allauth's own mail uses the same templates
    "password-reset": {"url"},
    # counts: recipients, accepted, not_sent, not_known (one is enough to be shown)
    "sending-done": {"reference", "title", "recipients", "accepted", "not_sent", "not_known", "url"},
    # reason in a sentence, left: how many recipients wait
    "sending-stopped": {"reference", "title", "reason", "left", "url"},
    # an issue did not start and asks: reason in a sentence
    "start-asked": {"reference", "title", "reason", "url"},
    # a call to sign: kind (asked, reminder, changed), name of the signer, organisation, who leads, deadline, note, url
    "sign-on": {"reference", "title", "kind", "name", "organisation", "who", "deadline", "note", "url"},
    # what was taken down: answer (signed, declined, asks_change), person, printed (a name), version, note, is_late, url
    "sign-on-receipt": {"reference", "title", "organisation", "answer", "person", "version", "note", "url"},
    # the answer to a wish for a change: person who answers, wish, note (the answer), url
    "sign-on-reply": {"reference", "title", "organisation", "person", "wish", "note", "url"},
    # a member is asked how far its country is on a plan: organisation, country, link to answer, the day it ends
    "answers-asked": {"title", "organisation", "country", "link", "until"},
    # answers of a member wait for a second person: organisation, country, number, url
    "answers-came": {"title", "organisation", "country", "number", "url"},
    # what became of a member's answers: country, lines (one sentence a point), url
    "answers-decided": {"title", "country", "lines", "url"},
    # an address asked for a list: name and frequency of the list, the day until which url confirms
    "confirm-subscription": {"name", "frequency", "until", "url"},
    # one that is on the list asked again: url of its settings
    "already-subscribed": {"name", "url"},
    # somebody asked for the link to the settings of an address that is on a list: url
    "preferences-link": {"url"},
    # it was confirmed: url of the settings
    "welcome": {"name", "frequency", "url"},
    # subject, text, html ("" for none), reply_to, headers (an object)
    "plain": {"subject", "text"},
}


# Those that go to people outside, who are spoken to in every language of the public pages; the others go to colleagues.
TO_OUTSIDERS = {
    *("sign-on", "sign-on-receipt", "sign-on-reply", "answers-asked", "answers-decided"),
    *("confirm-subscription", "already-subscribed", "welcome", "preferences-link"),
}


@dataclass(frozen=True)
class Words:
    """What a rendered system mail says; `html` may be ""."""

    subject: str
    text: str
    html: str
    reply_to: str
    headers: dict[str, str]


def missing_keys(purpose: str, context: dict[str, Any]) -> set[str]:
    """Which keys `context` lacks for this purpose. Raises ValueError for a purpose that is not listed."""
    if purpose not in PURPOSES:
        raise ValueError(f"There is no system mail for “{purpose}”. List it in transport.wording.PURPOSES first.")
    return PURPOSES[purpose] - context.keys()


def word(purpose: str, language: str, context: dict[str, Any]) -> Words:
    """Render one mail in `language`, or in the site's own where this kind of mail is not translated."""
    if purpose == "plain":
        return Words(
            subject=one_line(context["subject"]),
            text=context["text"],
            html=context.get("html", ""),
            reply_to=context.get("reply_to", ""),
            headers=context.get("headers", {}),
        )
    values = {
        "platform_name": settings.PLATFORM_NAME,
        "platform_tagline": settings.PLATFORM_TAGLINE,
        "site_url": settings.SITE_URL,
        **context,
    }
    with translation.override(spoken(purpose, language)):
        subject = _render(f"emails/{purpose}-subject.txt", values, escape=False)
        values["subject"] = one_line(subject)
        text = _render(f"emails/{purpose}-body.txt", values, escape=False)
        html = _render(f"emails/{purpose}-body.html", values, escape=True)
    return Words(values["subject"], text.strip() + "\n", html, "", {})


def spoken(purpose: str, language: str) -> str:
    """The language, where mail of this purpose is translated into it, else the site's own."""
    languages = settings.LANGUAGES if purpose in TO_OUTSIDERS else settings.DESK_LANGUAGES
    return language if language in dict(languages) else settings.LANGUAGE_CODE


def _render(name: str, values: dict[str, Any], *, escape: bool) -> str:
    # Django escapes text templates like HTML unless each says otherwise; here the caller decides, once.
    template = get_template(name).template  # type: ignore[attr-defined]
    return str(template.render(Context(values, autoescape=escape)))
