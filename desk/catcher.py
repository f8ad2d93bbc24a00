"""The demo's mail catcher: an SMTP server on this machine that keeps every message as a file and sends nothing on.

Also what reads those files back, for /outbox/. A message is one file <number>-<id>.eml that appears whole or not at
all; the highest number is the newest.
"""

import asyncio
import contextlib
import email
import email.policy
import os
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from contacts.languages import language_name

NAME = re.compile(r"\d{7,12}-[A-Za-z0-9_-]{1,60}")
LARGEST = 30 * 1024 * 1024


class Catcher:
    """aiosmtpd's handler: keeps what it accepts in `folder`, and answers 250 only when the file is there."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder; numbers go on from the newest file in it."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.number = max((int(name.split("-")[0]) for name in caught_names(folder)), default=0)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep one message. A full disk is a 452, so that the sender tries again."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            self.keep(content)
        except OSError:
            return "452 4.3.1 The catcher cannot write the message down"
        return "250 2.0.0 Kept on this machine"

    def keep(self, content: bytes) -> Path:
        """Write the bytes as they came, whole or not at all, and give the file."""
        beside = self.folder / f".{os.getpid()}.part"
        beside.write_bytes(content)
        while True:
            self.number += 1
            final = self.folder / f"{self.number:07}-{_safe_id(content)}.eml"
            # A link, unlike a rename, never puts itself in the place of a file that is there already.
            with contextlib.suppress(FileExistsError):
                final.hardlink_to(beside)
                beside.unlink()
                return final


def _safe_id(content: bytes) -> str:
    """The left part of the Message-ID, in letters that are safe in a file's name and in an address."""
    found = re.search(rb"(?im)^Message-ID:\s*<?([^@>\s]+)", content[:65536].split(b"\r\n\r\n")[0])
    return re.sub(r"[^A-Za-z0-9_-]+", "-", found.group(1).decode("ascii", "replace"))[:60] if found else "message"


async def serve(port: int, folder: Path, *, ready: Callable[[int], None] = lambda port: None) -> None:
    """Catch mail on 127.0.0.1:`port` (0 chooses one; `ready` is told which) until SIGTERM or SIGINT."""
    loop, handler, over = asyncio.get_running_loop(), Catcher(folder), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, over.set)

    def session() -> SMTP:
        return SMTP(handler, hostname="catcher.demo.example", ident="Demo catcher", data_size_limit=LARGEST)

    server = await loop.create_server(session, "127.0.0.1", port)
    ready(server.sockets[0].getsockname()[1])
    try:
        await over.wait()
    finally:
        server.close()


@dataclass(frozen=True)
class CaughtMail:
    """What a list says about a caught message; texts may be empty, `at` is None when the Date cannot be read."""

    name: str
    sender: str
    to: str
    subject: str
    at: datetime | None
    language: str


def caught_names(folder: Path) -> list[str]:
    """The names of all caught messages, newest first."""
    found = (path.stem for path in folder.glob("*.eml")) if folder.is_dir() else iter(())
    return sorted(
        (name for name in found if NAME.fullmatch(name)), key=lambda name: int(name.split("-")[0]), reverse=True
    )


def read_bytes(folder: Path, name: str) -> bytes | None:
    """The message of that name as it came, or None. A name that is not one of ours never reaches the disk."""
    if not NAME.fullmatch(name):
        return None
    try:
        return (folder / f"{name}.eml").read_bytes()
    except OSError:
        return None


def summary(folder: Path, name: str) -> CaughtMail:
    """The head of one message for a list; a file that has gone meanwhile gives an empty one."""
    head = (read_bytes(folder, name) or b"").split(b"\r\n\r\n")[0]
    return summary_of(name, parse(head + b"\r\n\r\n"))


def summary_of(name: str, message: EmailMessage) -> CaughtMail:
    """The head of a parsed message."""
    return CaughtMail(
        name=name,
        sender=_field(message, "From"),
        to=_field(message, "To"),
        subject=_field(message, "Subject"),
        at=_date(message),
        language=_language(message),
    )


def parse(content: bytes) -> EmailMessage:
    """Read a message, whatever it is: the parser takes any bytes and notes defects instead of raising."""
    message: Any = email.message_from_bytes(content, policy=email.policy.default)
    found: EmailMessage = message
    return found


def text_of(message: EmailMessage, kind: str) -> str:
    """The "plain" or "html" part as text, or "" where there is none or it cannot be read."""
    try:
        part = message.get_body((kind,))
        return str(part.get_content()) if part is not None else ""
    except (LookupError, ValueError, AttributeError, KeyError):
        return ""


def _field(message: EmailMessage, name: str) -> str:
    try:
        return str(message[name] or "")
    except (ValueError, IndexError, AttributeError):  # the parser stumbles over some broken addresses
        return ""


def _language(message: EmailMessage) -> str:
    code = _field(message, "Content-Language")
    return language_name(code) if re.fullmatch(r"[a-z]{2,3}", code) else code


def _date(message: EmailMessage) -> datetime | None:
    try:
        found = message["Date"].datetime if message["Date"] else None
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None
    return found if found is not None and found.tzinfo is not None else None
