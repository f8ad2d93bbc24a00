"""The checklist before approval: what blocks, what is worth a look, what is in order. It changes nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.counting import most, words_for
from contacts.languages import language_name
from mailing import audience, merge
from mailing.audience import Reader
from mailing.cautions import CAUTIONS, RECENT_DAYS
from mailing.domain_health import health_line
from mailing.findings import Checklist, Item, Subject
from mailing.issues.material import read_again
from mailing.link_forms import links_line
from mailing.models import Mailing, MailingContent
from mailing.paper_checks import files_line, paper_line, register_line
from mailing.passage_checks import PassageFields, check_following, check_passages
from mailing.story import is_issue
from mailing.sums import empty_reason

# Mail programs cut longer messages (UX 1); letters are far below it.
LARGEST_BYTES = 100 * 1024


def run(mailing: Mailing) -> Checklist:
    """Check a mailing as it stands now."""
    if mailing.kind == Mailing.Kind.NEWSLETTER:
        read_again(mailing)
    contents = {content.language: content for content in mailing.contents.all()}
    for content in contents.values():
        content.mailing = mailing
    preview, readers = audience.survey(mailing, recently_days=RECENT_DAYS)
    subject = Subject(mailing, contents, preview, readers)
    checks = _checks_of(subject)
    return Checklist([item for check in checks for item in check(subject)], preview, readers)


def _checks_of(subject: Subject) -> list[Callable[[Subject], Iterable[Item]]]:
    """Those of an issue where it is put together from blocks; text of its own is checked as that of a letter."""
    from mailing.issue_checks import ISSUE_CHECKS  # Blocks are changed through the lifecycle, which reads this module.

    has_text = any(content.body.strip() for content in subject.contents.values())
    return ISSUE_CHECKS if is_issue(subject.mailing) and not has_text else CHECKS


def _text(subject: Subject) -> Iterator[Item]:
    language = subject.mailing.source_language
    name = language_name(language)
    content = subject.contents.get(language)
    url, action = subject.write(language), _("Write it")
    if content is None or not content.subject.strip() or not content.body.strip():
        yield Item("text", "bad", _("The %(language)s text is not written") % {"language": name}, "", url, action)
    elif not content.is_reviewed:
        title = _("The %(language)s text is not marked as reviewed") % {"language": name}
        detail = _("It is the text everybody falls back to.")
        yield Item("text", "bad", title, detail, url, _("Review it"))
    else:
        ready = [language_name(code) for code, found in subject.contents.items() if found.is_reviewed]
        title = ngettext("One text is reviewed", "%(n)d texts are reviewed", len(ready)) % {"n": len(ready)}
        yield Item("text", "ok", title, ", ".join(ready))


def _people(subject: Subject) -> Iterator[Item]:
    preview = subject.preview
    if preview.is_capped:
        yield _many(subject)
        return
    if preview.recipients:
        title = ngettext("%(n)d person gets one letter", "%(n)d people get one letter each", preview.recipients)
        detail = _("%(matched)d matched, %(out)d left out. Everyone has an address, nobody gets two.")
        numbers = {"n": preview.recipients, "matched": preview.matched, "out": preview.left_out_total}
        yield Item("people", "ok", title % numbers, detail % numbers)
        return
    yield Item(
        "people",
        "bad",
        _("Nobody gets this letter"),
        empty_reason(subject.mailing, preview),
        subject.link("letter_audience"),
        _("Choose people"),
    )


def _many(subject: Subject) -> Item:
    """More people than a page reads: what a newsletter is for, and too many for letters approved one by one."""
    words = words_for(most() + 1)
    if subject.mailing.kind == Mailing.Kind.NEWSLETTER:
        title = _("It goes to %(many)s") % {"many": words}
        return Item("people", "ok", title, _("The exact number is counted when it is sent for approval."))
    title = _("%(many)s are too many for a letter") % {"many": words}
    detail = _("A colleague approves a letter person by person. Choose fewer people.")
    return Item("people", "bad", title, detail, subject.link("letter_audience"), _("Choose people"))


def _fields(subject: Subject) -> Iterator[Item]:
    """Every text is in the merge language, and no field is empty for anybody without a default."""
    sound = True
    for language, content in subject.contents.items():
        problems = [*merge.check(content.subject, html=False), *merge.check(content.body, html=True)]
        if problems and content.is_reviewed:
            sound = False
            title = _("A field in the %(language)s text does not exist") % {"language": language_name(language)}
            yield Item("field", "bad", title, " ".join(problems), subject.write(language), _("Fix the field"))
    if not sound:
        return
    empty: Counter[tuple[str, str]] = Counter()
    needed = {language: _without_default(content) for language, content in subject.contents.items()}
    own = {language: merge.values_for(subject.mailing, {}, language) for language in needed}
    passages = PassageFields(subject)
    for reader in subject.readers:
        values = own.get(reader.language, {}) | _present(reader)
        names = needed.get(reader.language, set()) | passages.of(reader)
        empty.update((reader.language, name) for name in names if not values.get(name))
    for (language, name), count in sorted(empty.items()):
        title = ngettext("{field} is empty in %(n)d letter", "{field} is empty in %(n)d letters", count)
        title = (title % {"n": count}).format(field=str(merge.FIELDS[name].label))
        detail = _("In the %(language)s text. Fill it in the data, take the field out, or give it a default.")
        yield Item(
            "empty",
            "bad",
            title,
            detail % {"language": language_name(language)},
            subject.write(language),
            _("Change the text"),
        )
    if not empty and subject.readers:
        title = ngettext(
            "No field is empty in %(n)d letter", "No field is empty in %(n)d letters", len(subject.readers)
        )
        yield Item("empty", "ok", title % {"n": len(subject.readers)})


def _without_default(content: MailingContent) -> set[str]:
    used = merge.fields_of(content.subject).items() | merge.fields_of(content.body).items()
    return {name for name, has_default in used if not has_default}


def _present(reader: Reader) -> dict[str, str]:
    """The recipient's own values, unworded: whether one is there is all that is asked."""
    return {name: str(value) if value else "" for name, value in reader.context.items()}


def _size(subject: Subject) -> Iterator[Item]:
    """One letter per language, made as it would leave."""
    largest = 0
    seen: set[str] = set()
    for reader in subject.readers:
        content = subject.contents.get(reader.language)
        if reader.language in seen or content is None:
            continue
        seen.add(reader.language)
        try:
            made = merge.render(content, reader.context, reader.language)
        except merge.MergeError:
            continue  # The fields above say why.
        size = len(made.html.encode())
        largest = max(largest, size)
        if size > LARGEST_BYTES:
            title = _("The %(language)s letter has %(kb)d KB") % {
                "language": language_name(reader.language),
                "kb": size // 1024,
            }
            yield Item(
                "size",
                "bad",
                title,
                _("Mail programs cut letters above 100 KB."),
                subject.write(reader.language),
                _("Shorten it"),
            )
    if largest and largest <= LARGEST_BYTES:
        title = _("%(kb)d KB of 100, with a text part, no pictures and no tracking") % {"kb": max(1, largest // 1024)}
        yield Item("size", "ok", title)


CHECKS: list[Callable[[Subject], Iterable[Item]]] = [
    _text,
    _people,
    _fields,
    check_passages,
    check_following,
    register_line,
    health_line,
    links_line,
    _size,
    paper_line,
    files_line,
    *CAUTIONS,
]
