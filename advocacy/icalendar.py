"""Calendars as files that calendar programs read and subscribe to (RFC 5545)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

CONTENT_TYPE = "text/calendar; charset=utf-8"
# A line holds at most so many octets, its end not counted (section 3.1).
MOST_OCTETS = 75


@dataclass(frozen=True)
class Occasion:
    """One entry. `starts` and `ends` are both days or both moments with a time zone; the last day is included.

    `uid` stays the same for ever, so that a program replaces what it had; `changed_at` says which is newer.
    """

    uid: str
    summary: str
    starts: dt.date | dt.datetime
    changed_at: dt.datetime
    ends: dt.date | dt.datetime | None = None
    description: str = ""
    location: str = ""
    url: str = ""
    yearly: bool = False
    cancelled: bool = False


def write(occasions: Iterable[Occasion], *, name: str, language: str) -> str:
    """A whole calendar: CRLF at the end of lines, folded at 75 octets, texts escaped."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Demarche//Calendar//EN",
        "CALSCALE:GREGORIAN",
        f"NAME;LANGUAGE={language}:{escape(name)}",
        f"X-WR-CALNAME:{escape(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
    ]
    for occasion in occasions:
        lines += _event(occasion, language)
    lines.append("END:VCALENDAR")
    return "".join(fold(line) + "\r\n" for line in lines)


def _event(one: Occasion, language: str) -> list[str]:
    lines = ["BEGIN:VEVENT", f"UID:{one.uid}", f"DTSTAMP:{_moment(one.changed_at)}", *_times(one)]
    if one.yearly:
        lines.append("RRULE:FREQ=YEARLY")
    lines.append(f"SUMMARY;LANGUAGE={language}:{escape(one.summary)}")
    if one.description:
        lines.append(f"DESCRIPTION;LANGUAGE={language}:{escape(one.description)}")
    if one.location:
        lines.append(f"LOCATION;LANGUAGE={language}:{escape(one.location)}")
    if one.url:
        # A URI is not a TEXT: nothing in it is escaped, but a line break would begin a new property.
        lines.append("URL:" + "".join(one.url.split()))
    if one.cancelled:
        lines.append("STATUS:CANCELLED")
    if not isinstance(one.starts, dt.datetime):
        # A day to remember keeps nobody from anything.
        lines.append("TRANSP:TRANSPARENT")
    return [*lines, "END:VEVENT"]


def _times(one: Occasion) -> list[str]:
    if isinstance(one.starts, dt.datetime):
        lines = [f"DTSTART:{_moment(one.starts)}"]
        # An end at the beginning is no time at all, which the format has no word for.
        if isinstance(one.ends, dt.datetime) and one.ends > one.starts:
            lines.append(f"DTEND:{_moment(one.ends)}")
        return lines
    last = one.ends if one.ends and not isinstance(one.ends, dt.datetime) else one.starts
    # The end of days is the day after the last (section 3.6.1).
    return [f"DTSTART;VALUE=DATE:{one.starts:%Y%m%d}", f"DTEND;VALUE=DATE:{last + dt.timedelta(days=1):%Y%m%d}"]


def _moment(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def escape(text: str) -> str:
    """A TEXT value (section 3.3.11): backslash, semicolon, comma and line break; other control characters go."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(letter for letter in text if letter in "\n\t" or (letter.isprintable() or ord(letter) > 0x9F))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line: str) -> str:
    """A line in pieces of at most 75 octets, each but the first after CRLF and a space; no letter is cut."""
    pieces, piece, size = [], "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > MOST_OCTETS:
            pieces.append(piece)
            piece, size = "", 1  # The space in front counts.
        piece += letter
        size += octets
    return "\r\n ".join([*pieces, piece])
