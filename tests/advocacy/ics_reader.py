"""Reads a calendar file by the rules of RFC 5545, written on its own: it shares no line with what writes them."""

import re


def read(data: bytes):
    """The events of a calendar file, each {NAME: (parameters, value)}; fails where the file breaks a rule."""
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    physical = data.split(b"\r\n")[:-1]
    assert all(0 < len(line) <= 75 for line in physical), "a line is longer than 75 octets, or empty"
    for line in physical:
        line.decode("utf-8")  # No letter is cut by a fold.
    logical = re.sub(rb"\r\n[ \t]", b"", data).decode("utf-8").split("\r\n")[:-1]
    assert logical[0] == "BEGIN:VCALENDAR"
    assert logical[-1] == "END:VCALENDAR"
    head, events, event = {}, [], None
    for line in logical[1:-1]:
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line), line
        name, parameters, value = _parts(line)
        if (name, value) == ("BEGIN", "VEVENT"):
            assert event is None
            event = {}
        elif (name, value) == ("END", "VEVENT"):
            assert {"UID", "DTSTAMP", "DTSTART"} <= event.keys()
            events.append(event)
            event = None
        else:
            target = head if event is None else event
            assert name not in target, f"{name} stands there twice"
            target[name] = (parameters, value)
    assert event is None
    assert {"VERSION", "PRODID"} <= head.keys()
    assert re.fullmatch(r"\d{8}T\d{6}Z", head.get("X-NONE", ({}, "20260101T000000Z"))[1])
    return events


def _parts(line):
    match = re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=[^;:\"]+)*):(.*)", line, re.S)
    assert match, line
    parameters = dict(part.split("=") for part in match[2].split(";") if part)
    return match[1], parameters, match[3]


def text(value):
    """A TEXT value as it was meant; fails on a character that had to be escaped."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), value
    assert not re.search(r"\\(?![\\;,nN])", re.sub(r"\\\\", "", value)), value
    return re.sub(r"\\([\\;,nN])", lambda match: "\n" if match[1] in "nN" else match[1], value)
