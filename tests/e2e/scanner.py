"""What security gateways do to mail: they open every link, with HEAD, GET and a browser that runs scripts."""

import email
import hashlib
import html
import http.client
import re
from email.policy import SMTP
from urllib.parse import urlsplit

from django.db import connection

# A clock that beat writes, and who is signed in: neither belongs to the content.
NOT_COUNTED = {"desk_pulse", "django_session"}
LINK = re.compile(r"https?://[^\s<>\"']+")


def links_of(raw: bytes) -> list[str]:
    """Every address in a message: of its text, of its HTML, and of its header for leaving."""
    message = email.message_from_bytes(raw, policy=SMTP)
    texts = [str(message["List-Unsubscribe"] or "")]
    for part in message.walk():
        if part.get_content_maintype() == "text":
            texts.append(html.unescape(part.get_content()))
    return sorted({link.rstrip(".,;)") for text in texts for link in LINK.findall(text)})


def database_digest() -> str:
    """A digest of every row of every table."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table in NOT_COUNTED:
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = sorted(repr(row) for row in cursor.fetchall())
            digest.update(repr((table, rows)).encode())
    return digest.hexdigest()


def ask(address: str, method: str) -> int:
    """One request by hand, with no cookie; gives the status."""
    parts = urlsplit(address)
    client = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        client.request(method, parts.path + (f"?{parts.query}" if parts.query else ""))
        return client.getresponse().status
    finally:
        client.close()


def open_everything(page, links: list[str]) -> None:
    """HEAD, GET and Chromium, scripts on, until the network is quiet; nothing is clicked."""
    for link in links:
        assert ask(link, "HEAD") < 400, urlsplit(link).path[:4]
        assert ask(link, "GET") < 400, urlsplit(link).path[:4]
        page.goto(link)
        page.wait_for_load_state("networkidle")
        # What a browser fetches ahead when it is told to.
        page.evaluate(
            """link => document.head.append(
            Object.assign(document.createElement('link'), {rel: 'prefetch', href: link}))""",
            link,
        )
        page.wait_for_load_state("networkidle")
