"""The newsletter as Django makes it: three templates and EmailMultiAlternatives."""

import json
import os
from functools import cache
from pathlib import Path

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

REPLY_TO = "office@platform.example"


@cache
def more_headers():
    """The headers that our message has besides the usual ones: name → value with {public_id} and {token}."""
    return json.loads((Path(os.environ["PEER_TEMPLATES"]) / "headers.json").read_text(encoding="utf-8"))


def rendered(reader):
    """Subject, text and HTML for one reader."""
    values = {"reader": reader}
    subject = render_to_string("newsletter.subject", values).strip()
    return subject, render_to_string("newsletter.txt", values), render_to_string("newsletter.html", values)


def headers_for(reader):
    """The further headers with this reader's own id and token."""
    return {
        name: value.replace("{public_id}", reader.public_id).replace("{token}", reader.token)
        for name, value in more_headers().items()
    }


def newsletter(reader, connection=None):
    """The message to one reader; without a connection, send() opens one of its own."""
    subject, text, html = rendered(reader)
    message = EmailMultiAlternatives(
        subject,
        text,
        to=[f'"{reader.name}" <{reader.email}>'],
        reply_to=[REPLY_TO],
        headers=headers_for(reader),
        connection=connection,
    )
    message.attach_alternative(html, "text/html")
    return message
