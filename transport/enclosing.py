"""Files around a finished message: what `build_message` made becomes the first part, files follow (RFC 2046 5.1.3).

Done to the finished bytes, so that whoever makes a message fast need know nothing of files. Equal parts give equal
bytes.
"""

import binascii
import hashlib
import re
from collections.abc import Sequence
from urllib.parse import quote

from transport.message import MessageError

# Octets of content in a line of 76 characters (RFC 2045 6.8).
LINE = 57
TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
CONTENT_TYPE = b"\r\nContent-Type: "


def file_part(name: str, media_type: str, content: bytes) -> bytes:
    """A file as a part of a message: its head and its content as base64, without a line end after it.

    `name` is what the reader saves it as; letters beyond ASCII are written as RFC 2231 says. Raises MessageError.
    """
    if not TYPE.fullmatch(media_type):
        raise MessageError("The type of a file is not of the form text/plain.")
    head = (
        f"Content-Type: {media_type}\r\n"
        f"Content-Disposition: attachment;\r\n {_filename(name)}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    lines = [binascii.b2a_base64(content[at : at + LINE], newline=False) for at in range(0, len(content), LINE)]
    return head.encode("ascii") + b"\r\n".join(lines)


def _filename(name: str) -> str:
    if PLAIN_NAME.fullmatch(name):
        return f'filename="{name}"'
    if re.search(r"[\x00-\x1f\x7f/\\\ud800-\udfff]", name) or not 0 < len(name.encode("utf-8")) <= 200:
        raise MessageError("The name of a file is empty, too long, or holds a character that no name may have.")
    # Pieces of one value, each short enough for a line (RFC 2231 3 and 4.1).
    words = [quote(letter, safe="") for letter in name]
    pieces, piece = [], "utf-8''"
    for word in words:
        if len(piece) + len(word) > LINE:
            pieces.append(piece)
            piece = ""
        piece += word
    return ";\r\n ".join(f"filename*{number}*={text}" for number, text in enumerate([*pieces, piece]))


def enclose(message: bytes, parts: Sequence[bytes], seed: str) -> bytes:
    """A message made by `build_message` with files after its text; the same message when there are none.

    `parts` are made by `file_part`. The boundary is made from `seed`, which must not be that of the message itself.
    """
    if not parts:
        return message
    # "=_" occurs in no base64 and no quoted-printable; the message's own boundary is of other letters.
    boundary = b"=_" + hashlib.sha256(f"files of {seed}".encode()).hexdigest()[:32].encode()
    # The head's last field; what comes before it was written field by field and holds no other.
    head, field, text = message.partition(CONTENT_TYPE)
    mark = b"--" + boundary
    opening = field + b'multipart/mixed;\r\n boundary="' + boundary + b'"\r\n\r\n' + mark + field
    files = b"".join([mark + b"\r\n" + part + b"\r\n" for part in parts])
    return b"".join([head, opening, text, files, mark + b"--\r\n"])
