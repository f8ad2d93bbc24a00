"""The second half of the checklist: what is worth a look and blocks nobody."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.languages import language_name
from contacts.models import Salutation
from mailing.findings import Item, Subject
from mailing.likeness import likeness_line
from mailing.link_forms import pictures_line

RECENT_DAYS = 30


def sender_line(subject: Subject) -> Iterator[Item]:
    """Whom it comes from."""
    yield Item("sender", "ok", _("It comes from %(sender)s") % {"sender": subject.mailing.sender})


def _languages(subject: Subject) -> Iterator[Item]:
    others = [(wanted, given, n) for wanted, given, n in subject.preview.by_language if wanted != given]
    count = sum(n for _wanted, _given, n in others)
    if not count:
        if subject.preview.recipients:
            yield Item("language", "ok", _("Everyone reads it in their own language"))
        return
    given = language_name(others[0][1])
    title = ngettext(
        "%(n)d person gets the %(given)s letter instead of their own language",
        "%(n)d people get the %(given)s letter instead of their own language",
        count,
    )
    unreviewed = [code for code, _given, _n in others if code in subject.contents]
    if unreviewed:
        detail = _("Not reviewed yet: %(languages)s.") % {"languages": ", ".join(map(language_name, unreviewed))}
        url, action = (
            subject.write(unreviewed[0]),
            _("Review %(language)s") % {"language": language_name(unreviewed[0])},
        )
    else:
        detail = _("There is no text in: %(languages)s.") % {
            "languages": ", ".join(language_name(code) for code, _g, _n in others[:8])
        }
        url, action = subject.write(others[0][0]), _("Add %(language)s") % {"language": language_name(others[0][0])}
    yield Item("language", "warn", title % {"n": count, "given": given}, detail, url, action)


def _recently(subject: Subject) -> Iterator[Item]:
    count = sum(reader.was_written_to for reader in subject.readers)
    if count:
        title = ngettext(
            "%(n)d of them heard from us in the last %(days)d days",
            "%(n)d of them heard from us in the last %(days)d days",
            count,
        )
        yield Item(
            "recent",
            "warn",
            title % {"n": count, "days": RECENT_DAYS},
            _("You can leave out whoever was written to recently."),
            subject.link("letter_audience"),
            _("Change the audience"),
        )


def _salutations(subject: Subject) -> Iterator[Item]:
    used = {reader.language for reader in subject.readers}
    if not used:
        return
    unchecked = set(Salutation.objects.filter(language__in=used, is_checked=False).values_list("language", flat=True))
    if unchecked:
        names = ", ".join(sorted(language_name(code) for code in unchecked))
        title = _("Salutations no speaker has checked: %(languages)s") % {"languages": names}
        yield Item(
            "salutation",
            "warn",
            title,
            _("Read one letter of each language before it leaves."),
            subject.link("letter_audience"),
            _("Read a letter"),
        )
    else:
        yield Item("salutation", "ok", _("All salutations used were checked by a speaker"))
    guessed = sum(reader.is_guessed for reader in subject.readers)
    if guessed:
        title = ngettext(
            "%(n)d family name was worked out from capitals",
            "%(n)d family names were worked out from capitals",
            guessed,
        )
        yield Item(
            "names",
            "warn",
            title % {"n": guessed},
            _("The list prints AALTOLA; the letter says Aaltola. Look at the unusual ones."),
            subject.link("letter_audience"),
            _("Read a letter"),
        )


def tested_line(subject: Subject) -> Iterator[Item]:
    """Whether a test of this version was sent."""
    mailing = subject.mailing
    if mailing.tested_version == mailing.version:
        yield Item("test", "ok", _("You sent yourself a test of this version"))
    else:
        title = _("No test was sent yet") if mailing.tested_version is None else _("No test since the last change")
        yield Item("test", "warn", title, "", f"{subject.link('letter_check')}#test", _("Send a test"))


def sample_line(subject: Subject) -> Iterator[Item]:
    """Text that was made up for the demo."""
    if subject.mailing.is_sample:
        yield Item(
            "sample",
            "warn",
            _("This is sample text"),
            _("It was made up for the demo."),
            subject.write(subject.mailing.source_language),
            _("Change the text"),
        )


CAUTIONS = [sender_line, _languages, _recently, likeness_line, pictures_line, _salutations, tested_line, sample_line]
