"""An issue as its readers get it: its blocks as HTML for mail programs, as plain text, and as a part of a public page.

Our own Liquid templates (mailing/letter/issue*.liquid) with one style sheet put on every element; what people wrote is
a value in them and never a template: braces in it stay braces.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import css_inline
from babel.dates import format_date
from django.conf import settings
from liquid import BoundTemplate, Environment, StrictUndefined
from markupsafe import Markup, escape

from advocacy.richtext import to_text
from mailing import counting_links
from mailing.issues import blocks as issue_blocks
from mailing.issues.material import material_of
from mailing.issues.sources import link_of
from mailing.issues.wording import LETTER, because, own_language, words_in
from mailing.letterhead import WIDTH, letter_date, locale_of
from mailing.models import Block, BlockText, Mailing
from mailing.places import topics_in

Kind = Block.Kind
UNBROKEN = 10**9
# The addresses that belong to one reader.
LINKS = ("unsubscribe_link", "preferences_link")
# What follows the preheader, so that mail programs do not show the first words of the text behind it.
FILLER = "\u034f\u200c\u00a0" * 30
# Breaks after these, so that no line of the source is longer than a line of mail may be (RFC 5322 2.1.1).
_BREAKS = re.compile(r"(</(?:tr|td|th|p|h1|h2|h3|ul|ol|li|div|table|caption)>)(?!\n)")


@dataclass(frozen=True)
class Assembled:
    """An issue for one kind of reader; `text` has its lines unbroken where a value is still to be filled in."""

    html: str
    text: str


def assembled(mailing: Mailing, language: str, topics: frozenset[int], *, where: str = "mail") -> Assembled:
    """What a reader of a language with these topics (ids) gets; their own links lead nowhere.

    `where="web"` gives the part of a public page without anything personal.
    """
    shown = _shown(mailing, language, topics)
    if where == "web":
        page = _template("issue-web.html.liquid").render(blocks=shown, words_language=own_language(language))
        return Assembled(page, _text_of(shown))
    from mailing import unsubscribe  # It knows addresses, and through them all pages; imported late against a circle.

    content = material_of(mailing).contents.get(language)
    links = {
        "unsubscribe_link": unsubscribe.example_address(),
        "preferences_link": unsubscribe.example_address("preferences"),
    }
    return put_together(
        mailing,
        language,
        topics,
        subject=content.subject if content else mailing.title,
        links=links,
        reason=because("", language),
        shown=shown,
    )


def made_for(mailing: Mailing, language: str, context: Mapping[str, Any], *, subject: str) -> Assembled:
    """The message of one recipient, by their frozen context and their own links in it."""
    reason = because(str(context.get("subscribed_on") or ""), language)
    return put_together(mailing, language, topics_in(context), subject=subject, links=context, reason=reason)


def put_together(  # noqa: PLR0913 - a message has these parts
    mailing: Mailing,
    language: str,
    topics: frozenset[int],
    *,
    subject: str,
    links: Mapping[str, str],
    reason: str,
    shown: list[dict[str, Any]] | None = None,
) -> Assembled:
    """The message around the blocks. `links` are the reader's own (unsubscribe_link, preferences_link), `reason` says
    why they get it; in their place marks may stand. Equal input gives equal output."""
    shown = _shown(mailing, language, topics) if shown is None else shown
    around = _frame(mailing, language)
    own = {"because": reason, "subject": subject, **{name: links.get(name) or "" for name in LINKS}}
    html = _template("issue.html.liquid").render(**around, **{name: _place(name) for name in own}, blocks=shown)
    # Links of a list that counts, which have had a short address since the issue started; most lists do not count.
    counted = counting_links.addresses_of(mailing) if mailing.started_at else {}
    html = counting_links.counted_html(html, counted)
    html = _BREAKS.sub(r"\1\n", _inliner().inline(html))
    # Put in afterwards: the inliner writes quotation marks anew, and what a reader gets must not depend on it.
    for name, value in own.items():
        html = html.replace(_place(name), str(escape(value)))
    return Assembled(html, counting_links.counted_text(_message_text(around | own, shown), counted))


def _place(name: str) -> str:
    """Where a value of its own stands while the message is made."""
    return f"xq7{name.replace('_', '0')}7qx"


@cache
def _template(name: str) -> BoundTemplate:
    found = Environment(undefined=StrictUndefined, autoescape=True)
    return found.from_string((LETTER / name).read_text(encoding="utf-8"))


@cache
def _inliner() -> css_inline.CSSInliner:
    sheet = (LETTER / "issue.css").read_text(encoding="utf-8")
    return css_inline.CSSInliner(extra_css=sheet, keep_style_tags=True, load_remote_stylesheets=False)


def _frame(mailing: Mailing, language: str) -> dict[str, Any]:
    """What stands around the blocks and is the same for all readers of a language."""
    words = words_in(language)
    found = material_of(mailing)
    content = found.contents.get(language)
    sender = mailing.sender
    return {
        "language": language,
        "words_language": own_language(language),
        "direction": locale_of(language).text_direction,
        "words": words,
        "preheader": content.preheader if content else "",
        "filler": FILLER,
        "organisation": mailing.owner.name,
        "list_name": _name_of_list(mailing, language),
        "date": format_date(letter_date(mailing), format="long", locale=locale_of(language)),
        "web_link": web_address(mailing, language),
        "tracking": words["counted" if counting_links.will_count(mailing) else "untracked"],
        "postal": ", ".join(part for part in (mailing.owner.name, sender.place) if part),
    }


def web_address(mailing: Mailing, language: str) -> str:
    """Where an issue of an open list can be read on the web, whole; "" where its list is not open."""
    if not mailing.contact_list or not mailing.contact_list.is_open:
        return ""
    return f"{settings.SITE_URL}/{language}/newsletter/{mailing.reference.lower()}/"


def _name_of_list(mailing: Mailing, language: str) -> str:
    """What the list is called in this language, else in the issue's own, else by its colleagues."""
    if not mailing.contact_list:
        return mailing.title
    names = material_of(mailing).list_names
    return names.get(language) or names.get(mailing.source_language) or mailing.contact_list.name


def _shown(mailing: Mailing, language: str, topics: frozenset[int]) -> list[dict[str, Any]]:
    """The blocks a reader with these topics gets, as the templates ask for them; those without a word are left out."""
    found = []
    for block in material_of(mailing).blocks:
        text = issue_blocks.texts_by_language(block).get(language)
        if text is not None and (block.topic_id is None or block.topic_id in topics):
            found.append(_as_values(block, text, language))
    return found


def _as_values(block: Block, text: BlockText, language: str) -> dict[str, Any]:
    words = words_in(language)
    link = text.url or link_of(block, language)
    own_label = words["plan" if block.plan_id else "read"]
    return {
        "kind": block.kind,
        "is_lead": block.kind == Kind.LEAD,
        "ruled": block.kind not in (Kind.BUTTON, Kind.TEXT) or bool(text.heading),
        "topic": words["topic"].format(topic=_name_of_topic(block, language)) if block.topic else "",
        "heading": text.heading,
        "body": Markup(text.body),  # noqa: S704 - sanitised when it was saved (advocacy.richtext)
        "link": link,
        "label": text.label or (text.heading if block.kind == Kind.BUTTON else own_label),
        "own_label": bool(text.label) or block.kind == Kind.BUTTON,
        "caption": text.heading or own_label,
        "rows": [_row(block.kind, row, language) for row in text.rows],
    }


def _name_of_topic(block: Block, language: str) -> str:
    if block.topic is None:
        return ""
    names = {text.language: text.name for text in block.topic.texts.all()}
    return names.get(language) or names.get("en") or block.topic.slug


def _row(kind: str, row: Mapping[str, Any], language: str) -> dict[str, Any]:
    """One row of a block as the templates ask for it."""
    if kind == Kind.FIGURES:
        value, of = _number(row.get("value")), _number(row.get("of"))
        share = max(0, min(100, round(100 * value / of))) if of else 0
        told = words_in(language)["of"].format(value=_plain(value), of=_plain(of)) if of else _plain(value)
        return {"label": row.get("label", ""), "told": told, "percent": share, "left": 100 - share}
    if kind == Kind.DATES:
        iso = str(row.get("day", ""))
        return {"iso": iso, "text": row.get("text", ""), **_day(iso, language)}
    return {name: row.get(name) or "" for name in ("title", "url", "text")}


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _day(iso: str, language: str) -> dict[str, str]:
    """A day as a reader writes it: "25 November"."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return {"day": iso, "short": iso}
    locale = locale_of(language)
    words = locale.datetime_skeletons
    long, short = words.get("MMMMd") or words["MMMd"], words["MMMd"]
    return {
        "day": format_date(day, format=long.pattern, locale=locale),
        "short": format_date(day, format=short.pattern, locale=locale),
    }


def _message_text(around: Mapping[str, Any], shown: list[dict[str, Any]]) -> str:
    """The plain text part: head, blocks, footer. Lines are broken by whoever fills in the values."""
    words = around["words"]
    lines = [around["organisation"].upper(), f"{around['list_name']}, {around['date']}"]
    if around["web_link"]:
        lines += [f"{words['web']}:", around["web_link"]]
    footer = [around["because"], around["tracking"], f"{words['leave']}:", around["unsubscribe_link"]]
    footer += [f"{words['settings']}:", around["preferences_link"], around["postal"]]
    return "\n".join([*lines, "", _text_of(shown).rstrip("\n"), "", "-- ", *footer]) + "\n"


def _text_of(shown: list[dict[str, Any]]) -> str:
    """The blocks as plain text."""
    found: list[str] = []
    for block in shown:
        if found and (block["heading"] or block["topic"]):
            found.append("")
        found += _block_lines(block)
    return "\n".join(found)


def _block_lines(block: Mapping[str, Any]) -> list[str]:
    lines = [block["topic"]] if block["topic"] else []
    if block["heading"] and block["kind"] != Kind.BUTTON:
        heading = block["heading"].upper()
        lines += [heading, "-" * min(len(heading), WIDTH), ""]
    if block["body"]:
        lines += [to_text(str(block["body"]), width=UNBROKEN).rstrip("\n"), ""]
    if block["kind"] == Kind.FIGURES and block["rows"]:
        lines += [*_columns(block["rows"]), ""]
    if block["kind"] == Kind.DATES and block["rows"]:
        lines += [*[f"- {row['day']}: {row['text']}" for row in block["rows"]], ""]
    if block["kind"] == Kind.MEMBERS:
        for row in block["rows"]:
            more = [f"  {part}" for part in (row["text"], row["url"]) if part]
            lines += [f"- {row['title']}", *more, ""]
    if block["link"]:
        lines += [f"{block['label']}:", block["link"], ""]
    return lines


def _columns(rows: list[dict[str, Any]]) -> list[str]:
    """Figures with their numbers under one another."""
    widest = min(max(len(row["label"]) for row in rows), WIDTH - 20)
    last = max(len(row["told"]) for row in rows)
    return [f"  {row['label']:<{widest}}  {row['told']:>{last}}" for row in rows]
