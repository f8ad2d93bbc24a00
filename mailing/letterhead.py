"""What stands around and inside a letter besides its text: fixed words by language, field values, styles.

The fixed words exist in the languages of WORDS; letters in every other language carry them in English, marked with a
lang attribute. A speaker and a lawyer should read them before the first letter (docs/merge-fields.md).
"""

import csv
import re
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

import contacts
from mailing.issues.wording import because

GROUPS = Path(contacts.__file__).parent / "reference" / "groups.csv"
WIDTH = 72

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "register": "EU Transparency Register {number}",
        "as_pdf": "This letter as a PDF",
        "not_registered": "Not registered in the EU Transparency Register",
        "reference": "Our reference {reference}",
        "privacy": (
            "Information under Article 14 GDPR: your name, your address, your functions and your language come from "
            "public sources; for members of the European Parliament from its own public list. {organisation} uses "
            "them to write to you about its work, on the basis of its legitimate interest, and no longer than you "
            "hold that office. You may ask to see, correct or erase them, and complain to a data protection authority."
        ),
        "object": "If you do not want to hear from us again, answer “no more letters” or write to",
        "stop": "No more letters to me, with one click",
        "tracking": "This letter carries no tracking.",
        "consent": (
            "You get this newsletter from {organisation} because you subscribed to it. You may ask to see, correct or "
            "erase what is kept about you, and complain to a data protection authority."
        ),
        "write_to": "You can also answer this message or write to",
        "leave": "Unsubscribe",
    },
    "fr": {
        "register": "Registre de transparence de l’UE {number}",
        "as_pdf": "Cette lettre en PDF",
        "not_registered": "Non inscrit au registre de transparence de l’UE",
        "reference": "Notre référence {reference}",
        "privacy": (
            "Information au titre de l’article 14 du RGPD : votre nom, votre adresse, vos fonctions et votre langue "
            "proviennent de sources publiques ; pour les députés européens, de la liste publique du Parlement. "
            "{organisation} les utilise pour vous écrire au sujet de son action, sur la base de son intérêt légitime, "
            "et pas plus longtemps que la durée de vos fonctions. Vous pouvez demander à les consulter, à les "
            "rectifier ou à les effacer, et saisir une autorité de protection des données."
        ),
        "object": "Si vous ne souhaitez plus recevoir nos lettres, répondez « plus de lettres » ou écrivez à",
        "stop": "Ne plus m’écrire, en un clic",
        "tracking": "Cette lettre ne contient aucun traceur.",
        "consent": (
            "Vous recevez cette lettre d’information de {organisation} parce que vous vous y êtes abonné·e. Vous "
            "pouvez demander à consulter, à rectifier ou à effacer vos données, et saisir une autorité de protection "
            "des données."
        ),
        "write_to": "Vous pouvez aussi répondre à ce message ou écrire à",
        "leave": "Se désabonner",
    },
    "de": {
        "register": "EU-Transparenzregister {number}",
        "as_pdf": "Dieser Brief als PDF",
        "not_registered": "Nicht im EU-Transparenzregister eingetragen",
        "reference": "Unser Zeichen {reference}",
        "privacy": (
            "Information nach Artikel 14 DSGVO: Ihr Name, Ihre Adresse, Ihre Funktionen und Ihre Sprache stammen aus "
            "öffentlichen Quellen, bei Mitgliedern des Europäischen Parlaments aus dessen öffentlicher Liste. "
            "{organisation} verwendet sie, um Ihnen über die eigene Arbeit zu schreiben, auf Grundlage eines "
            "berechtigten Interesses und nicht länger, als Sie das Amt innehaben. Sie können Auskunft, Berichtigung "
            "oder Löschung verlangen und sich bei einer Datenschutzbehörde beschweren."
        ),
        "object": "Wenn Sie keine Briefe mehr wünschen, antworten Sie „keine Briefe mehr“ oder schreiben Sie an",
        "stop": "Keine Briefe mehr an mich, mit einem Klick",
        "tracking": "Dieser Brief enthält keine Nachverfolgung.",
        "consent": (
            "Sie erhalten diesen Newsletter von {organisation}, weil Sie ihn abonniert haben. Sie können Auskunft, "
            "Berichtigung oder Löschung Ihrer Daten verlangen und sich bei einer Datenschutzbehörde beschweren."
        ),
        "write_to": "Sie können auch auf diese Nachricht antworten oder schreiben an",
        "leave": "Abmelden",
    },
}

# Mail programs drop style sheets; each element of the text carries its own.
_INK = "color:#14232b;font:400 17px/27px Georgia,'Times New Roman',serif"
STYLES = {
    "p": f"margin:0 0 16px;{_INK}",
    "h2": "margin:24px 0 8px;color:#14232b;font:700 20px/28px Georgia,'Times New Roman',serif",
    "h3": "margin:20px 0 8px;color:#14232b;font:700 17px/27px Georgia,'Times New Roman',serif",
    "h4": "margin:16px 0 8px;color:#14232b;font:700 17px/27px Georgia,'Times New Roman',serif",
    "ol": f"margin:0 0 16px;padding:0 0 0 26px;{_INK}",
    "ul": f"margin:0 0 16px;padding:0 0 0 26px;{_INK}",
    "li": "margin:0 0 6px",
    "blockquote": "margin:0 0 16px;padding:0 0 0 16px;border-left:3px solid #d3d9d5",
    "table": "margin:0 0 16px;border-collapse:collapse",
    "th": f"padding:4px 12px 4px 0;text-align:left;border-bottom:1px solid #d3d9d5;{_INK}",
    "td": f"padding:4px 12px 4px 0;border-bottom:1px solid #d3d9d5;{_INK}",
    "a": "color:#0d5157",
    "hr": "border:0;border-top:1px solid #d3d9d5;margin:0 0 16px",
}
BLOCK_END = re.compile(r"</(?:p|h2|h3|h4|ul|ol|li|tr|table|blockquote)>(?!\n|$)")
QUOTE = re.compile(r"(?:\s*>\s)+")
# A link that stands on a line of its own: "text (address)".
LINK_ALONE = re.compile(r"\(\S+://\S+\)\S*$")
LIST_MARKER = re.compile(r"\s*(?:(?:\d+\.|-)\s+)?")
# The tag that opens a block is long, since it carries a style; a field must not stand on its line.
BLOCK_WITH_FIELD = re.compile(r"<(?:p|h2|h3|h4|li|td|th)\s[^<>]*>(?=\S)")
FIELD_IN_TEXT = re.compile(r" ([^\s<>]*\{\{[^{}<>]*\}\}[^\s<>]*) (?![^<]*>)")
# Classes that the dark style sheet of the letter knows.
CLASSES = {"p": "ink", "h2": "ink", "h3": "ink", "h4": "ink", "ol": "ink", "ul": "ink", "a": "link"}


@cache
def locale_of(language: str) -> Locale:
    """CLDR's locale of a content language, British for English; British too where it knows none."""
    if language == "en":
        return Locale("en", "GB")
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def words_language(language: str) -> str:
    """The language in which the fixed words of a letter stand."""
    return language if language in WORDS else "en"


def letter_date(mailing: Any) -> date:
    """The day a letter carries: when it started or is to start, else today; in the office's time zone.

    It stays the same for every recipient and every try.
    """
    moment = mailing.started_at or mailing.scheduled_at or timezone.now()
    return timezone.localtime(moment).date()


def letter_values(mailing: Any, language: str) -> dict[str, str]:
    """Values of the fields that are the same for every recipient of one language."""
    sender = mailing.sender
    return {
        "reference": mailing.reference,
        "date": format_date(letter_date(mailing), format="long", locale=locale_of(language)),
        "sender_name": sender.name,
        "sender_person": sender.person,
        "sender_role": sender.person_role,
        "organisation": mailing.owner.name,
        "statement_link": statement_link(mailing, language),
    }


def statement_link(mailing: Any, language: str) -> str:
    """The public page of the statement it was made from, in `language` where it has that; empty until published."""
    statement = mailing.statement
    if statement is None or statement.status != "published":
        return ""
    code = language if language in mailing.statement_languages else statement.source_language
    return settings.SITE_URL + reverse("public:statement_detail", kwargs={"lang": code, "slug": statement.slug})


READER_FIELDS = ("salutation", "closing", "given_name", "family_name", "name", "country", "group", "committees")
# No field of texts: it stands in the footer of issues, and says why their reader gets them.
SUBSCRIBED = "subscribed_on"


def reader_values(context: Mapping[str, Any], language: str) -> dict[str, str]:
    """Values of the fields of the recipient; country, group and committees worded in `language`."""
    return {field: reader_value(field, context, language) for field in READER_FIELDS}


def reader_value(field: str, context: Mapping[str, Any], language: str) -> str:
    """The value of one field of the recipient (see `reader_values`)."""
    found = context.get(field) or ""
    if not found:
        return ""
    if field == "committees":
        return _listed(tuple(sorted(set(found))), language)
    if field == "country":
        return _country_name(found, language)
    if field == SUBSCRIBED:
        return because(str(found), language)
    return group_names(language).get(found, found) if field == "group" else str(found)


@lru_cache(maxsize=4096)
def _listed(codes: tuple[str, ...], language: str) -> str:
    return format_list(codes, locale=locale_of(language))


@lru_cache(maxsize=4096)
def _country_name(code: str, language: str) -> str:
    return str(locale_of(language).territories.get(code, code))


@cache
def group_names(language: str) -> dict[str, str]:
    """Code of a political group → its short name, in French for French letters."""
    column = "short_fr" if language == "fr" else "short_en"
    with GROUPS.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row[column] for row in csv.DictReader(file)}


def frame(mailing: Any, language: str) -> dict[str, Any]:
    """The letterhead and the footer of a letter: what the developer's templates in mailing/letter/ ask for."""
    own = words_language(language)
    words = WORDS[own]
    number = mailing.owner.register_number
    day = format_date(letter_date(mailing), format="long", locale=locale_of(language))
    is_newsletter = mailing.kind == "newsletter"
    return {
        "language": language,
        "direction": locale_of(language).text_direction,
        "words_language": own,
        "organisation": mailing.owner.name,
        "tagline": settings.PLATFORM_TAGLINE if mailing.owner.is_platform and _is_public_tagline() else "",
        "register_line": words["register"].format(number=number) if number else words["not_registered"],
        "place_and_date": ", ".join(part for part in (mailing.sender.place, day) if part),
        "reference_line": words["reference"].format(reference=mailing.reference),
        # Public sources and the right to object for letters (Article 14); for newsletters the consent they stand on.
        "privacy": words["consent" if is_newsletter else "privacy"].format(organisation=mailing.owner.name),
        "object": words["write_to" if is_newsletter else "object"],
        "as_pdf": words["as_pdf"],
        "leave": words["leave" if is_newsletter else "stop"],
        "object_address": mailing.sender.reply_to or mailing.sender.from_email,
        "tracking": words["tracking"],
    }


def _is_public_tagline() -> bool:
    """The default tagline names the workspace, not the organisation; it has no place on a letter."""
    return settings.PLATFORM_TAGLINE != "Advocacy desk"


def style_body(html: str) -> str:
    """Give each element of clean HTML (which has no style or class of its own) its style for mail."""

    def dress(match: re.Match[str]) -> str:
        tag = match[1]
        dressed = f"<{tag}"
        if tag in CLASSES:
            dressed += f' class="{CLASSES[tag]}"'
        return f'{dressed} style="{STYLES[tag]}"'

    dressed = re.sub(rf"<({'|'.join(STYLES)})(?=[\s>/])", dress, html)
    return BLOCK_END.sub(r"\g<0>\n", BLOCK_WITH_FIELD.sub(r"\g<0>\n", dressed))


def loosen(html: str) -> str:
    """Put each field that stands between spaces on a line of its own: short lines of source are quickly filled."""
    return FIELD_IN_TEXT.sub(r"\n\1\n", html)


def wrap(text: str) -> str:
    """Break lines longer than 72 columns, after fields have been filled; addresses stay whole."""
    return "\n".join(_wrapped(line) for line in text.split("\n"))


def _wrapped(line: str) -> str:
    if len(line) <= WIDTH or LINK_ALONE.search(line):
        return line
    head, hanging = margin(line)
    return head + _broken(" ".join(line[len(head) :].split()), WIDTH - len(head), hanging)


def margin(line: str) -> tuple[str, str]:
    """What stands before a line's first word, and before the words of the lines that go on from it."""
    quote = QUOTE.match(line)
    start = quote[0] if quote else ""
    marker = LIST_MARKER.match(line, len(start))
    hanging = start + " " * (marker.end() - len(start) if marker else 0)
    rest = line[len(start) :]
    return start + rest[: len(rest) - len(rest.lstrip())], hanging


def _broken(words: str, first: int, hanging: str) -> str:
    """Words with single spaces, broken at the last space that fits; a word that fits nowhere stands alone."""
    lines, start, room = [], 0, first
    while len(words) - start > room:
        end = words.rfind(" ", start, start + room + 1)
        if end < 0:
            end = words.find(" ", start)
            if end < 0:
                break
        lines.append(words[start:end])
        start, room = end + 1, WIDTH - len(hanging)
    lines.append(words[start:])
    return f"\n{hanging}".join(lines)
