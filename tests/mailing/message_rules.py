"""What every message must be like when it leaves, checked on the bytes that a mail server got.

`broken_rules` gives a sentence for each rule a message breaks. The numbers are those of the rules in
docs/deliverability.md. It reads bytes with the standard library only, never with the code that made them.
"""

import email
import email.policy
import getpass
import re
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import decode_header
from email.message import EmailMessage
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version")
LINE, HEADER_LINE, LONGEST = 76, 78, 998
ENCODED_WORD = re.compile(rb"=\?[^?\s]+\?[bqBQ]\?[^?\s]*\?=")
LINK = re.compile(r"https?://[^\s<>\"']+")
OBJECTION = re.compile(r"https://[^\s\"<>]+/objection/[\w-]{22}\.[\w-]{43}/")
# Services that hide where a link goes.
SHORTENERS = {"bit.ly", "t.co", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "buff.ly", "lnkd.in", "cutt.ly", "rb.gy"}


@dataclass(frozen=True)
class Expected:
    """What we know of a message without looking at it."""

    kind: str  # "letter", "newsletter" or "system"
    to: str
    sender: str
    subject: str
    language: str
    # Hosts that links may lead to: our own, and those the author wrote.
    hosts: frozenset[str]
    message_id: str = ""
    # Addresses of other people in the same audience.
    others: frozenset[str] = frozenset()
    reply_to: str = ""
    around: datetime | None = None

    @property
    def domain(self) -> str:
        """The sender's domain."""
        return self.sender.rpartition("@")[2]


def broken_rules(envelope_from: str, recipient: str, data: bytes, expected: Expected) -> list[str]:
    """A sentence for each rule that the message breaks; an empty list for a good message."""
    parsed = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    found = [*bytes_rules(data), *field_rules(data, parsed, expected), *word_rules(data, parsed, expected)]
    if recipient != expected.to:
        found.append("2: the envelope names somebody else")
    if parsed.get_content_type() != "multipart/alternative":
        return [*found, "5: it is not multipart/alternative"]
    text, html = parts_of(parsed)
    found += [*identity_rules(data, parsed, expected), *part_rules(parsed, text, html, expected)]
    found += [*kind_rules(parsed, text, html, expected), *envelope_rules(envelope_from, expected)]
    return found + list(link_rules(text, html, expected))


def parts_of(parsed: EmailMessage) -> tuple[str, str]:
    """The text part and the HTML part."""
    return tuple(str(part.get_content()) for part in parsed.iter_parts())[:2]  # type: ignore[return-value]


def bytes_rules(data: bytes) -> Iterator[str]:
    """Rule 1: what a server on the way could alter or refuse."""
    if data.count(b"\r\n") != data.count(b"\n") or data.count(b"\r\n") != data.count(b"\r"):
        yield "1: a line break that is not CRLF"
    if b"\0" in data:
        yield "1: a NUL"
    if max(data) > 127:
        yield "1: a byte above 127"
    head, _gap, body = data.partition(b"\r\n\r\n")
    for line in body.split(b"\r\n"):
        if len(line) > LINE:
            yield f"1: a line of {len(line)} octets in the body"
    for line in head.split(b"\r\n"):
        # A longer line has one word only: it cannot be folded.
        if len(line) > LONGEST or (len(line) > HEADER_LINE and b" " in line.strip().partition(b": ")[2]):
            yield f"1: a header line of {len(line)} octets that could be folded: {line[:20]!r}"


def field_rules(data: bytes, parsed: EmailMessage, expected: Expected) -> Iterator[str]:
    """Rule 2: each field once, one sender, one recipient, and no address of anybody else."""
    for name in ONCE:
        if len(parsed.get_all(name, [])) != 1:
            yield f"2: {len(parsed.get_all(name, []))} × {name}"
    for name, address in (("From", expected.sender), ("To", expected.to)):
        if [found.addr_spec for found in parsed[name].addresses] != [address]:
            yield f"2: {name} is not the one address"
    if parsed["Cc"] or parsed["Bcc"]:
        yield "2: Cc or Bcc"
    everything = data.decode("ascii", "replace") + "".join(
        str(part.get_content()) for part in parsed.walk() if not part.is_multipart()
    )
    for other in expected.others:
        if other.casefold() in unquote(everything).casefold():
            yield "2: the address of another recipient"


def word_rules(data: bytes, parsed: EmailMessage, expected: Expected) -> Iterator[str]:
    """Rule 3: encoded words that are short and whole; what was written comes back."""
    head = data.partition(b"\r\n\r\n")[0]
    for word in ENCODED_WORD.findall(head):
        if len(word) > 75:
            yield f"3: an encoded word of {len(word)} octets"
        ((raw, charset),) = decode_header(word.decode("ascii"))
        try:
            raw.decode(charset)
        except UnicodeDecodeError:
            yield "3: an encoded word cuts a character in two"
    if str(parsed["Subject"]) != expected.subject:
        yield "3: the subject does not come back"
    if len(expected.subject) > 150:
        yield "3: a subject of more than 150 characters"


def identity_rules(data: bytes, parsed: EmailMessage, expected: Expected) -> Iterator[str]:
    """Rule 4: its own lasting name and date, and nothing of the machine that made it."""
    name = str(parsed["Message-ID"])
    if expected.message_id and name != expected.message_id:
        yield "4: another Message-ID than the delivery's"
    if not re.fullmatch(rf"<[^<>@\s]+@{re.escape(expected.domain)}>", name):
        yield "4: the Message-ID is not on the sender's domain"
    if expected.around and abs(parsed["Date"].datetime - expected.around) > timedelta(seconds=60):
        yield "4: the Date is more than a minute away"
    if parsed["X-Mailer"] or parsed["User-Agent"] or parsed["Received"]:
        yield "4: a field that tells of the program or the machine"
    head = data.partition(b"\r\n\r\n")[0].decode("ascii")
    # As words of their own: a short host name may well begin a random token.
    for inner in {socket.gethostname(), socket.getfqdn(), "localhost", "127.0.0.1"}:
        if re.search(rf"(?<![\w.-]){re.escape(inner)}(?![\w-])", head):
            yield f"4: a header names {inner}"
    if re.search(rf"\b{re.escape(getpass.getuser())}@", head):
        yield "4: a header names the user"


def part_rules(parsed: EmailMessage, text: str, html: str, expected: Expected) -> Iterator[str]:
    """Rule 5: two parts, each well made."""
    kinds = [part.get_content_type() for part in parsed.iter_parts()]
    if kinds != ["text/plain", "text/html"]:
        yield f"5: the parts are {kinds}"
    if any(part.get_content_charset() != "utf-8" for part in parsed.iter_parts()):
        yield "5: a part is not in UTF-8"
    if not text.strip():
        yield "5: the text part is empty"
    if re.search(r"</?[a-z][^<>@:]*>|&(?:[a-z]+|#\d+);", text, re.IGNORECASE):
        yield "5: a tag or an entity in the text part"
    if Page(html).language != expected.language:
        yield f"5: lang is {Page(html).language!r}"
    if 'charset="utf-8"' not in html.lower():
        yield "5: the HTML does not say that it is UTF-8"
    if len(html.encode()) >= 100_000:
        yield "5: 100 kB of HTML or more"
    yield from likeness_rules(text, Page(html))


def likeness_rules(text: str, page: "Page") -> Iterator[str]:
    """Rule 5: both parts say the same."""
    for link in page.links:
        shown = unquote(link.removeprefix("mailto:").partition("?")[0]) if link.startswith("mailto:") else link
        if shown not in text:
            yield f"5: the text part lacks the link {link[:40]}"
    if (share := words_in_common(page.text, text)) < 0.8:
        yield f"5: the text part has {share:.0%} of the HTML's words"


def kind_rules(parsed: EmailMessage, text: str, html: str, expected: Expected) -> Iterator[str]:
    """Rule 6: what each kind of message carries, and what it must not."""
    lists = [name for name in parsed.keys() if name.lower().startswith("list-")]  # noqa: SIM118 - a message, no dict
    if expected.kind != "newsletter" and (lists or parsed["Precedence"] or parsed["Feedback-ID"]):
        yield "6: fields of a list"
    if expected.kind == "system":
        if parsed["Auto-Submitted"] != "auto-generated":
            yield "6: a machine's mail that does not say so"
        return
    if parsed["Auto-Submitted"]:
        yield "6: it says that a machine wrote it"
    if [found.addr_spec for found in parsed["Reply-To"].addresses] != [expected.reply_to]:
        yield "6: nobody reads the answers"
    if expected.kind == "letter":
        if not re.search(r"\b14\b", text) or expected.reply_to not in text or expected.reply_to not in html:
            yield "6: no line on Article 14 or no address to object to"
        if not OBJECTION.search(text) or not OBJECTION.search(html):
            yield "6: no link to object"
        return
    yield from newsletter_rules(parsed, text, html, expected)


def newsletter_rules(parsed: EmailMessage, text: str, html: str, expected: Expected) -> Iterator[str]:
    """Rule 6 for newsletters: RFC 2369, 2919 and 8058, and a link that a person sees."""
    if not re.fullmatch(rf"<[^<>@\s]+\.{re.escape(expected.domain)}>", str(parsed["List-Id"])):
        yield "6: List-Id is missing or not on the sender's domain"
    if parsed["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click":
        yield "6: List-Unsubscribe-Post"
    if parsed["Precedence"] != "bulk":
        yield "6: Precedence"
    if not re.fullmatch(r"[\w.-]+:[\w.-]+:[\w.-]+:[\w.-]{5,15}", str(parsed["Feedback-ID"])):
        yield "6: Feedback-ID"
    ways = re.fullmatch(r"<(https://[^<>\s]+)>, <mailto:([^<>\s]+)>", str(parsed["List-Unsubscribe"]))
    if ways is None:
        yield "6: List-Unsubscribe does not name an https address and a mailbox"
        return
    if ways[1] not in text or ways[1] not in Page(html).links:
        yield "6: no link to unsubscribe in both parts"


def envelope_rules(envelope_from: str, expected: Expected) -> Iterator[str]:
    """Rule 7: bounces come back to the sender's domain or one below it, so that SPF is aligned."""
    domain = envelope_from.rpartition("@")[2]
    if domain != expected.domain and not domain.endswith(f".{expected.domain}"):
        yield "7: the envelope's domain is not the sender's"
    if len(envelope_from.rpartition("@")[0]) > 64:
        yield "7: the envelope's local part has more than 64 octets"


def link_rules(text: str, html: str, expected: Expected) -> Iterator[str]:
    """Rule 9: nothing that tells who read what."""
    page = Page(html)
    if page.images:
        yield "9: a picture from elsewhere or one's own to each reader"
    links = {link for link in page.links if not link.startswith("mailto:")} | set(LINK.findall(text))
    for link in links:
        host = urlsplit(link).hostname or ""
        if host in SHORTENERS or host not in expected.hosts:
            yield f"9: a link to {host}"
        if "://" in unquote(link).partition("://")[2]:
            yield "9: a link that leads on to another"


class Page(HTMLParser):
    """An HTML part: its language, links, pictures and visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.language, self._hidden = "", 0
        self.links: list[str] = []
        self.images: list[object] = []
        self._shown: list[str] = []
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(self._shown)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "html":
            self.language = found.get("lang") or ""
        if tag == "a" and (link := found.get("href")):
            self.links.append(link)
        if tag in ("img", "source", "video", "iframe") or "url(" in (found.get("style") or ""):
            self.images.append(found)
        self._hidden += tag in ("style", "title", "script")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "title", "script")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._shown.append(data)


def words_in_common(html: str, text: str) -> float:
    """Which share of the HTML's words stands in the text part too, each as often."""
    wanted, there = Counter(re.findall(r"\w+", html)), Counter(re.findall(r"\w+", text))
    return (wanted & there).total() / max(1, wanted.total())
