"""The yardstick: `smtp-source`, Postfix's own load generator, on kept connections. It does not pipeline."""

import subprocess
from typing import Any

from benchmarks.rig.servers import NO_SINK, Sink, tool

SESSIONS = 10
# Header fields that smtp-source adds by itself: -l does not count them.
OWN_HEADER = 150


def run_smtp_source(messages: int, size: int, sink: Sink) -> dict[str, Any]:
    """Send `messages` of `size` octets over ten kept connections to a fresh sink; the rate at the sink."""
    program = tool("smtp-source", NO_SINK)
    # -d keeps the connections; the text is made up by smtp-source, of our message's length.
    options = ["-s", str(SESSIONS), "-d", "-l", str(size - OWN_HEADER), "-m", str(messages)]
    people = ["-f", "newsletter@platform.example", "-t", "reader@people.example"]
    subprocess.run([program, *options, *people, f"127.0.0.1:{sink.port}"], check=True, timeout=600)  # noqa: S603
    return {"sessions": SESSIONS, **sink.rate(messages, size)}
