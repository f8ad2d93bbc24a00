"""A private rspamd: asked over loopback for the score of a message, with everything off that asks the network."""

import contextlib
import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.mailing.imap_server import free_port

# Names that need an answer from DNS or from rspamd's own servers are off, as with SpamAssassin's -L.
CONFIGURATION = """
options {{
  pidfile = "{folder}/pid";
  tempdir = "{folder}";
  cache_file = "{folder}/symbols.cache";
  hs_cache_dir = "{folder}";
  control_socket = "{folder}/control mode=0600";
  filters = "chartable,dkim,regexp";
  disable_hyperscan = true;
  dns {{ nameserver = ["127.0.0.1:9"]; timeout = 0.1s; retransmits = 1; }}
}}
logging {{ type = "console"; level = "error"; }}
worker "normal" {{ bind_socket = "127.0.0.1:{port}"; count = 1; }}
.include "$CONFDIR/metrics.conf"
.include "$CONFDIR/actions.conf"
.include "$CONFDIR/groups.conf"
.include "$CONFDIR/composites.conf"
lua = "$RULESDIR/rspamd.lua"
modules {{ path = "$PLUGINSDIR/"; }}
.include "$CONFDIR/modules.conf"
rbl {{ enabled = false; }}
asn {{ enabled = false; }}
fuzzy_check {{ enabled = false; }}
hfilter {{ enabled = false; }}
mx_check {{ enabled = false; }}
phishing {{ enabled = false; }}
mid {{ enabled = false; }}
"""
# Not counted: what asks DNS about the sending host; and a rule that counts a link which stands in both parts once, so
# that it complains of every message with an odd number of links.
NOT_COUNTED = ("HFILTER_", "URI_COUNT_ODD")
STARTS_WITHIN = 120.0


class Rspamd:
    """A running server."""

    def __init__(self, port: int) -> None:
        self.port = port

    def check(self, message: bytes, *, sender: str, recipient: str) -> dict[str, float]:
        """What it holds against a message that came with this envelope: each rule with its score."""
        host = "mail.platform.example"
        envelope = {"IP": "192.0.2.10", "Helo": host, "Hostname": host, "From": sender, "Rcpt": recipient}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/checkv2", message, envelope)
        with urllib.request.urlopen(request, timeout=60) as answer:
            found = json.load(answer)
        rules = {name: rule["score"] for name, rule in found["symbols"].items() if rule["score"]}
        return {name: score for name, score in rules.items() if not name.startswith(NOT_COUNTED)}


@contextlib.contextmanager
def rspamd(program: str) -> Iterator[Rspamd]:
    """Start one in a folder of its own and end it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dmr-rspamd"))
    port = free_port()
    (folder / "rspamd.conf").write_text(CONFIGURATION.format(folder=folder, port=port), encoding="ascii")
    command = [program, "-f", "-i", "-c", str(folder / "rspamd.conf")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_for(process, port, folder / "log")
        yield Rspamd(port)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until it answers. Raises AssertionError with its log when it ends or stays silent."""
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5).close()
            return
        time.sleep(0.2)
    raise AssertionError(f"rspamd did not start: {log.read_text(errors='replace')[-2000:]}")
