"""The merge language: a closed part of Liquid. The one place that imports it (docs/merge-fields.md).

In a text stand only `{{ field }}` and `{{ field | default: "…" }}` with a field of FIELDS. Everything else is refused
when it is saved, by a scan of the parsed template. HTML is rendered with autoescape, subject and text part without.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from liquid import BoundTemplate, Environment, StrictUndefined
from liquid.builtin.expressions.arguments import PositionalArgument
from liquid.builtin.expressions.filtered import FilteredExpression
from liquid.builtin.expressions.path import Path as LiquidPath
from liquid.builtin.expressions.primitive import StringLiteral
from liquid.exceptions import LiquidError
from markupsafe import Markup

from advocacy.richtext import to_text
from mailing import places
from mailing.letterhead import frame, letter_values, loosen, reader_values, style_body, wrap
from transport.one_line import one_line

# Lines are broken when fields are filled, not before: a field's name is not as long as its value.
UNBROKEN = 10**9
LETTER = Path(__file__).parent / "letter"


@dataclass(frozen=True)
class Field:
    """A merge field: what a chip calls it, and where it may stand."""

    label: str | Promise
    group: str
    is_link: bool = False


FIELDS: dict[str, Field] = {
    "salutation": Field(gettext_lazy("Salutation"), "reader"),
    "closing": Field(gettext_lazy("Closing"), "reader"),
    "given_name": Field(gettext_lazy("Given name"), "reader"),
    "family_name": Field(gettext_lazy("Family name"), "reader"),
    "name": Field(gettext_lazy("Full name"), "reader"),
    "country": Field(gettext_lazy("Country"), "reader"),
    "group": Field(gettext_lazy("Political group"), "reader"),
    "committees": Field(gettext_lazy("Committees"), "reader"),
    "reference": Field(gettext_lazy("Reference"), "letter"),
    "date": Field(gettext_lazy("Date"), "letter"),
    "sender_name": Field(gettext_lazy("Sender"), "letter"),
    "sender_person": Field(gettext_lazy("Who signs"), "letter"),
    "sender_role": Field(gettext_lazy("Role of who signs"), "letter"),
    "organisation": Field(gettext_lazy("Organisation"), "letter"),
    "statement_link": Field(gettext_lazy("Link to the statement"), "letter", is_link=True),
}


class MergeError(ValueError):
    """A text that is not in the merge language; `sentences` say what is wrong and what to do."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Rendered:
    """One letter for one recipient."""

    subject: str
    html: str
    text: str


@cache
def _environment(*, html: bool) -> Environment:
    """Liquid with no tags at all and one filter."""
    found = Environment(undefined=StrictUndefined, autoescape=html)
    # What is left is the parser's own: plain text, an output, and what it could not read.
    found.tags = {name: tag for name, tag in found.tags.items() if name in {"content", "output", "illegal"}}
    found.filters = {"default": found.filters["default"]}
    return found


TOKEN = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
HREF = re.compile(r"""\s(href)\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE)
HREF_FIELD = re.compile(r"""(\shref=")\{\{\s*(\w+)\s*\}\}(")""")
TAG = re.compile(r"<[^<>]*>")


def _plain_spaces(text: str) -> str:
    """Editors put no-break spaces inside the braces; they mean nothing there."""
    return TOKEN.sub(lambda token: token.group().replace("&nbsp;", " ").replace("\u00a0", " "), text)


def check(text: str, *, html: bool, may_place: bool = True) -> list[str]:
    """What is wrong with a text, as sentences; an empty list when it can be merged.

    Places of alternative passages may stand in HTML, unless `may_place` is False: a passage holds no other.
    """
    text = _plain_spaces(text)
    if html and may_place and "passage_" in text:
        if problem := places.problem_of(text):
            return [problem]
        text = places.without(text)
    if "{%" in text or "%}" in text:
        return [_("Only fields can be inserted. “{%” starts something else; take it out.")]
    if html and (problem := _field_in_tag(text)):
        return [problem]
    sentences = []
    for token in TOKEN.finditer(text):
        if problem := _problem_of(token.group(), html=html):
            sentences.append(problem)
    rest = TOKEN.sub("", text)
    if "{{" in rest:
        start = rest.index("{{")
        sentences.append(
            _("The braces before “%(text)s” are not closed. Write {{ field }}.") % {"text": _excerpt(rest[start + 2 :])}
        )
    elif "}}" in rest:
        sentences.append(_("“}}” closes no field. Take it out or write {{ field }}."))
    return list(dict.fromkeys(sentences))


def _problem_of(token: str, *, html: bool) -> str:
    """What is wrong with one `{{ … }}`, or nothing."""
    wrong = _('“%(token)s” is no field. Write {{ field }} or {{ field | default: "…" }}.') % {"token": _excerpt(token)}
    if token.startswith("{{-") or token.endswith("-}}") or (html and TAG.search(token)):
        return wrong
    try:
        nodes = _environment(html=html).from_string(token).nodes
    except LiquidError:
        return wrong
    expression = getattr(nodes[0], "expression", None) if len(nodes) == 1 else None
    if not isinstance(expression, FilteredExpression) or not isinstance(expression.left, LiquidPath):
        return wrong
    for used in expression.filters or []:
        if used.name != "default":
            return _('“%(name)s” cannot be applied to a field. Only default: "…" can.') % {"name": used.name}
        if len(used.args) != 1 or not _is_quoted(used.args[0]):
            return _('Write the default in quotation marks: {{ field | default: "…" }}.')
    if len(expression.filters or []) > 1:
        return wrong
    name = str(expression.left)
    return "" if len(expression.left.path) == 1 and name in FIELDS else unknown_field(name)


def _is_quoted(argument: Any) -> bool:
    """Whether a filter's argument is a string in quotation marks, and not a name: or a field."""
    return isinstance(argument, PositionalArgument) and isinstance(argument.value, StringLiteral)


def unknown_field(name: str) -> str:
    """ "There is no field “famly_name”. Did you mean family_name?" """
    sentence = _("There is no field “%(name)s”.") % {"name": _excerpt(name)}
    near = get_close_matches(name, FIELDS, n=1, cutoff=0.6)
    if near:
        return f"{sentence} " + _("Did you mean %(near)s?") % {"near": near[0]}
    return f"{sentence} " + _("The fields are: %(fields)s.") % {"fields": ", ".join(FIELDS)}


def _field_in_tag(text: str) -> str:
    """A field inside a tag is allowed only as the whole address of a link, and only a link field."""
    for tag in TAG.finditer(text):
        if "{{" not in tag.group() and "}}" not in tag.group():
            continue
        if tag.start() and TOKEN.search(text) and any(t.start() < tag.start() < t.end() for t in TOKEN.finditer(text)):
            continue  # Formatting inside the braces: the token itself says so.
        left = tag.group()
        for href in HREF.finditer(tag.group()):
            token = re.fullmatch(r"\{\{\s*(\w+)\s*\}\}", href.group(2)[1:-1].strip())
            if token and token.group(1) in FIELDS and FIELDS[token.group(1)].is_link:
                left = left.replace(href.group(), "")
        if "{{" in left or "}}" in left:
            return _("A field can be the whole address of a link and nothing less; only a link field can.")
    return ""


def _excerpt(text: str) -> str:
    short = " ".join(re.sub(r"<[^>]*>", "", text).split())
    return short if len(short) <= 40 else f"{short[:39]}…"


def fields_of(text: str) -> dict[str, bool]:
    """Fields that a checked text uses (places of passages are none) → whether each of its uses has a default."""
    found: dict[str, bool] = {}
    for token in TOKEN.finditer(places.without(_plain_spaces(text))):
        name, _bar, default = token.group(1).partition("|")
        found[name.strip()] = found.get(name.strip(), True) and bool(default.strip())
    return found


@lru_cache(maxsize=512)
def _parsed(text: str, *, html: bool) -> BoundTemplate:
    """A checked text, parsed once per process. Raises MergeError for one that was never checked."""
    problems = check(text, html=html, may_place=False)
    if problems:
        raise MergeError(problems)
    return _environment(html=html).from_string(_plain_spaces(text))


def fill(text: str, values: Mapping[str, Any], *, html: bool) -> str:
    """Put values in the place of fields. Raises MergeError for a text outside the language or a value that lacks."""
    try:
        return _parsed(text, html=html).render(**values)
    except LiquidError as error:
        raise MergeError([str(error).splitlines()[0]]) from error


@lru_cache(maxsize=512)
def _body(body: str) -> tuple[BoundTemplate, str]:
    """A letter's text as mail carries it: parsed HTML with a style on each element, and the text part's wording."""
    _parsed(body, html=True)
    # In running text a link field is a link; as the whole address of a link it is the address alone.
    addressed = HREF_FIELD.sub(r"\1{{ \2_address }}\3", style_body(loosen(_plain_spaces(body))))
    return _environment(html=True).from_string(addressed), to_text(_plain_spaces(body), width=UNBROKEN)


@cache
def _letter(name: str) -> BoundTemplate:
    """A developer's template of the whole letter: all of Liquid, trusted, from mailing/letter/."""
    found = Environment(undefined=StrictUndefined, autoescape=name.endswith(".html.liquid"))
    return found.from_string((LETTER / name).read_text(encoding="utf-8"))


def values_for(mailing: Any, context: Mapping[str, Any], language: str) -> dict[str, str]:
    """Every field's value for one recipient: the letter's own and the reader's, worded in `language`."""
    return letter_values(mailing, language) | reader_values(context, language)


def render(content: Any, context: Mapping[str, Any], language: str) -> Rendered:
    """One letter with letterhead and footer. `content` is a MailingContent; its mailing, sender and owner are read.

    `context` is what the freeze wrote for the recipient, `language` that of the delivery; it may also hold
    `unsubscribe_link` and `paper_link`, which are no fields of texts: the reader's own links to leave or to object,
    and to the letter as a PDF. Raises MergeError.
    Equal input gives equal output: at preview, at sending and when it is shown again.
    """
    values = values_for(content.mailing, context, language)
    subject = tidy(fill(content.subject, values, html=False))
    if content.mailing.has_blocks:
        from mailing.issues.assembling import made_for  # It reads the models; imported late against a circle.

        made = made_for(content.mailing, language, context, subject=subject)
        return Rendered(subject, made.html, wrap(made.text))
    body, text = fill_body(content.body_for(context, language), values)
    return compose(content.mailing, language, subject=subject, body=body, text=wrap(text), links=context)


def tidy(subject: str) -> str:
    """A filled subject without the gaps that empty fields leave, and without what no header may hold."""
    return one_line(subject)


def fill_body(body: str, values: dict[str, str]) -> tuple[str, str]:
    """A letter's text for one recipient: as HTML dressed for mail, and as plain text with its lines unbroken."""
    template, plain = _body(body)
    try:
        return template.render(**_links(values)), fill(plain, values, html=False)
    except LiquidError as error:
        raise MergeError([str(error).splitlines()[0]]) from error


def compose(  # noqa: PLR0913 - a message has these parts
    mailing: Any, language: str, *, subject: str, body: str, text: str, links: Mapping[str, Any]
) -> Rendered:
    """Put letterhead and footer around a filled text; `body` is HTML made by `fill_body`.

    Of `links`, `unsubscribe_link` and `paper_link` stand alone on a line of the text part and as one attribute of the
    HTML; "" or nothing for none.
    """
    unsubscribe_link, paper_link = (str(links.get(name) or "") for name in ("unsubscribe_link", "paper_link"))
    around = frame(mailing, language) | {"unsubscribe_link": unsubscribe_link, "paper_link": paper_link}
    if paper_link:
        text = f"{text.rstrip()}\n\n{around['as_pdf']}:\n{paper_link}"
    footer = f"{around['privacy']}\n{around['object']} {around['object_address']}. {around['tracking']}"
    if unsubscribe_link:
        footer += f"\n{around['leave']}:\n{unsubscribe_link}"
    return Rendered(
        subject,
        _letter("letter.html.liquid").render(**around, subject=subject, body=Markup(body)),  # noqa: S704 - see above
        _letter("letter.txt.liquid").render(**around, subject=wrap(subject), body=text, footer=wrap(footer)),
    )


def _links(values: dict[str, str]) -> dict[str, Any]:
    """The same values; a link field becomes a link, and `<field>_address` its bare address."""
    found: dict[str, Any] = dict(values)
    for name, value in values.items():
        if FIELDS[name].is_link:
            found[f"{name}_address"] = value
            found[name] = Markup('<a class="link" href="{0}">{0}</a>').format(value) if value else ""
    return found
