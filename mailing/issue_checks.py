"""The checklist of an issue: its blocks, its readers and its sender. What letters alone have is not asked."""

from collections.abc import Callable, Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.counting import most, words_for
from contacts.languages import language_name
from mailing.cautions import sample_line, sender_line, tested_line
from mailing.domain_health import health_line
from mailing.findings import Item, Subject
from mailing.issues.checks import CHECKS
from mailing.sums import empty_reason


def _text(subject: Subject) -> Iterator[Item]:
    """The version in the language of the issue is what everybody falls back to."""
    language = subject.mailing.source_language
    content, url = subject.contents.get(language), subject.write(language)
    name = {"language": language_name(language)}
    if content is None or not content.subject.strip():
        yield Item("text", "bad", _("The %(language)s version has no subject") % name, "", url, _("Write it"))
    elif not content.is_reviewed:
        title = _("The %(language)s version is not marked as reviewed") % name
        yield Item("text", "bad", title, _("It is the version everybody falls back to."), url, _("Review it"))
    else:
        ready = [language_name(code) for code, found in subject.contents.items() if found.is_reviewed]
        title = ngettext("One version is reviewed", "%(n)d versions are reviewed", len(ready)) % {"n": len(ready)}
        yield Item("text", "ok", title, ", ".join(ready))


def _readers(subject: Subject) -> Iterator[Item]:
    preview, url = subject.preview, subject.link("letter_audience")
    if preview.is_capped:
        title = _("It goes to %(many)s") % {"many": words_for(most() + 1)}
        yield Item("people", "ok", title, _("The exact number is counted when it is sent for approval."))
    elif preview.recipients:
        title = ngettext("%(n)d subscriber gets it", "%(n)d subscribers get it", preview.recipients)
        detail = _("%(matched)d matched, %(out)d left out. All of them confirmed the list, nobody gets two.")
        numbers = {"n": preview.recipients, "matched": preview.matched, "out": preview.left_out_total}
        yield Item("people", "ok", title % numbers, detail % numbers)
    else:
        why = empty_reason(subject.mailing, preview)
        yield Item("people", "bad", _("Nobody gets this issue"), why, url, _("Look at its readers"))


def _languages(subject: Subject) -> Iterator[Item]:
    others = [(wanted, given, n) for wanted, given, n in subject.preview.by_language if wanted != given]
    count = sum(n for _wanted, _given, n in others)
    if not count:
        if subject.preview.recipients:
            yield Item("language", "ok", _("Everyone reads it in their own language"))
        return
    title = ngettext(
        "%(n)d subscriber gets the %(given)s version instead of their own language",
        "%(n)d subscribers get the %(given)s version instead of their own language",
        count,
    )
    names = ", ".join(language_name(wanted) for wanted, _given, _n in others[:8])
    detail = _("There is no reviewed version in: %(languages)s.") % {"languages": names}
    values = {"n": count, "given": language_name(others[0][1])}
    url = subject.write(subject.mailing.source_language)
    yield Item("language", "warn", title % values, detail, url, _("Add a version"))


ISSUE_CHECKS: list[Callable[[Subject], Iterable[Item]]] = [
    _text,
    _readers,
    *CHECKS,
    health_line,
    sender_line,
    _languages,
    tested_line,
    sample_line,
]
