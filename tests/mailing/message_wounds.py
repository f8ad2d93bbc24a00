"""What breaks each rule of tests/mailing/message_rules.py."""

import re

# One wound for each rule: a checker that never complains proves nothing.
WOUNDS = {
    "1: a line break": lambda data: data.replace(b"\r\n", b"\n", 1),
    "1: a NUL": lambda data: data + b"\0\r\n",
    "1: a byte above": lambda data: data + "é\r\n".encode(),
    "1: a line of": lambda data: data + b"x" * 77 + b"\r\n",
    "1: a header line": lambda data: b"X-Long: " + b"word " * 20 + b"\r\n" + data,
    "2: 2 × From": lambda data: b"From: a@platform.example\r\n" + data,
    "2: Cc": lambda data: b"Cc: a@platform.example\r\n" + data,
    "2: the address of another": lambda data: data.replace(b"\r\n\r\n", b"\r\n\r\nother@parliament.example\r\n", 1),
    "3: an encoded word of": lambda data: b"X-Word: =?utf-8?q?" + b"a" * 70 + b"?=\r\n" + data,
    "3: an encoded word cuts": lambda data: b"X-Word: =?utf-8?q?=C3?=\r\n" + data,
    "3: the subject": lambda data: data.replace(b"Subject: ", b"Subject: Re: ", 1),
    "4: another Message-ID": lambda data: re.sub(rb"Message-ID: <.", b"Message-ID: <x", data),
    "4: the Message-ID is not": lambda data: re.sub(rb"(Message-ID: <.*)@", rb"\1@sub.", data),
    "4: the Date": lambda data: re.sub(rb"Date: .*\r\n", b"Date: Tue, 14 Jan 2020 09:00:00 +0000\r\n", data),
    "4: a field that tells": lambda data: b"X-Mailer: ours\r\n" + data,
    "4: a header names": lambda data: b"X-Origin: 127.0.0.1\r\n" + data,
    "5: it is not": lambda data: data.replace(b"multipart/alternative", b"multipart/mixed"),
    "5: a tag": lambda data: data.replace(b"quoted-printable\r\n\r\n", b"quoted-printable\r\n\r\n<p>Dear</p>\r\n", 1),
    "5: lang is": lambda data: data.replace(b'<html lang=3D"en"', b'<html lang=3D"fr"'),
    "5: the text part lacks": lambda data: data.replace(b"/six-points", b"/seven-points", 1),
    "5: the text part has": lambda data: re.sub(
        rb"(?s)(plain.*?\r\n\r\n).*?(\r\n--)", rb"\1Hello\r\n\2", data, count=1
    ),
    "6: List-Id": lambda data: data.replace(b"List-Id: ", b"X-List-Id: "),
    "6: List-Unsubscribe-Post": lambda data: data.replace(b"=One-Click", b"=Two-Clicks"),
    "6: Precedence": lambda data: data.replace(b"Precedence: bulk\r\n", b""),
    "6: Feedback-ID": lambda data: data.replace(b"Feedback-ID: ", b"Feedback-ID: a:"),
    "6: List-Unsubscribe does": lambda data: data.replace(b"<https://advocacy", b"<http://advocacy", 1),
    "6: no link to unsubscribe": lambda data: data.replace(b'href=3D"https://advocacy', b'href=3D"https://elsewhere'),
    "6: it says that a machine": lambda data: b"Auto-Submitted: auto-generated\r\n" + data,
    "9: a picture": lambda data: data.replace(b"</body>", b'<img src=3D"https://x.example/1">\r\n</body>'),
    "9: a link to": lambda data: data.replace(b"www.parliament", b"track.parliament"),
    "9: a link that leads on": lambda data: data.replace(b"/six-points", b"/to/https://bit.ly"),
}
