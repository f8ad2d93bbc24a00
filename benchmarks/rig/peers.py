"""The peers: the same message and list for each of them, their processes, and what they say of themselves.

Every part sends to a port and comes back when all of it was handed over; the caller listens there, with smtp-sink when
it measures and with a recording server when it checks.
"""

import contextlib
import email
import email.policy
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks.rig.installed import HERE, node_peers, python_peers
from benchmarks.rig.newsletter import OWN, SAMPLE_ID, parts, sample
from benchmarks.rig.usage import cpu_seconds

USUAL = {"from", "to", "reply-to", "subject", "date", "message-id", "mime-version", "content-type"}
USUAL |= {"content-transfer-encoding"}
NEEDS_NODE = {"nodemailer"}
PATIENCE = 600.0


class Peers:
    """Prepared once a run: installed, a database of their own on our server, templates and list in a folder."""

    def __init__(self, folder: Path, *, server: str, broker: str, names: set[str]) -> None:
        """`server` is the URL of a PostgreSQL server, `broker` that of a Redis; only `names` are installed."""
        self.folder, self.server = folder, server
        self.broker = broker.rsplit("/", 1)[0] + "/1"
        self.list = folder / "readers.jsonl"
        self.node = node_peers() if names & NEEDS_NODE else None
        self.python = python_peers() if names - NEEDS_NODE else None
        self.url = urlunsplit(urlsplit(server)._replace(path=f"/demarche_peers_{os.getpid()}"))

    def write(self, mailing: Any, count: int) -> None:
        """Put the newsletter, as each template language writes it, and the first `count` readers into the folder."""
        write_templates(mailing.contents.get(), self.folder)
        from mailing.letterhead import reader_values

        with self.list.open("w", encoding="utf-8") as file:
            for one in mailing.deliveries.order_by("id")[:count].iterator():
                values = reader_values(one.context, one.language)
                row = {name: values[name] for name in OWN} | {"public_id": str(one.public_id), "email": one.email}
                row["token"] = token_of(mailing, one.public_id)
                file.write(json.dumps(row, ensure_ascii=False) + "\n")

    @contextlib.contextmanager
    def database(self) -> Iterator[None]:
        """Make their database, with the list in it; drop it afterwards."""
        if self.python is None:
            yield
            return
        name = sql.Identifier(urlsplit(self.url).path.lstrip("/"))
        own = urlunsplit(urlsplit(self.server)._replace(path="/postgres"))
        with psycopg.connect(_plain(own), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
            try:
                self.run("prepare", str(self.list))
                yield
            finally:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def send(self, name: str, port: int, count: int) -> dict[str, Any]:
        """Send the first `count` readers their newsletter by the peer `name`; give what it says of itself."""
        runs = {
            "django_loop": lambda: self.run("loop", str(count), port=port),
            "celery_per_recipient": lambda: self.celery("plain", port, count),
            "celery_tuned": lambda: self.celery("tuned", port, count),
            "post_office": lambda: self.post_office(port, count),
            "nodemailer": lambda: self.nodemailer(port, count),
        }
        return runs[name]()

    def environment(self, port: int = 25, *, tuned: bool = False) -> dict[str, str]:
        """What the peers' settings read."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME", "TMPDIR", "TZ")}
        return kept | {
            "PEER_DATABASE_URL": self.url,
            "PEER_TEMPLATES": str(self.folder),
            "PEER_SMTP_PORT": str(port),
            "PEER_BROKER": self.broker,
            "PEER_TUNED": "1" if tuned else "0",
            "PEER_MODULES": str(self.node or ""),
            "DJANGO_SETTINGS_MODULE": "peer_settings",
            "PYTHONPATH": str(HERE / "peers"),
            "PYTHONUNBUFFERED": "1",
        }

    def run(self, *words: str, port: int = 25) -> dict[str, Any]:
        """One command of peers/run.py; gives the object it prints."""
        return _said([str(self.python), "run.py", *words], self.environment(port))

    def nodemailer(self, port: int, count: int) -> dict[str, Any]:
        """The Node script: a pool of five connections."""
        return _said(
            ["node", "send.mjs", str(port), str(self.list), str(self.folder), str(count)], self.environment(port)
        )

    def post_office(self, port: int, count: int) -> dict[str, Any]:
        """Two processes of five threads over messages that were rendered before; filling its queue is not counted."""
        filled = self.run("post", str(count), port=port)
        found = self.run("deliver", str(self.folder / "post_office.lock"), port=port)
        assert found["sent"] == count, f"post_office sent {found['sent']} of {count}"  # noqa: S101
        return {**found, "processes": 2, "enqueue_seconds": filled["enqueue_seconds"]}

    def celery(self, kind: str, port: int, count: int) -> dict[str, Any]:
        """One task a reader, two prefork processes. They are up before they are given the queue."""
        from celery import Celery

        # Not the current app: bells of ours must not go to the peers.
        app = Celery(broker=self.broker, set_as_current=False)
        app.connection_for_write().default_channel.client.flushdb()
        filled = self.run("tasks", str(count), kind)
        name = f"peer{os.getpid()}-{time.monotonic_ns()}@peers"
        command = [str(self.python), "-m", "celery", "-A", "peer_celery", "worker", "-Q", "idle", "-c", "2", "-n", name]
        environment = self.environment(port, tuned=kind == "tuned")
        with (
            (self.folder / "celery.log").open("wb") as log,
            subprocess.Popen(  # noqa: S603
                [*command, "--loglevel", "ERROR"], cwd=HERE / "peers", env=environment, stdout=log, stderr=log
            ) as worker,
        ):
            try:
                _until(lambda: app.control.ping(destination=[name], timeout=0.5), 60)
                started, cpu = time.monotonic(), cpu_seconds(worker.pid)
                app.control.add_consumer("celery", destination=[name], reply=True)
                with psycopg.connect(_plain(self.url), autocommit=True) as connection:
                    _until(lambda: _marked(connection) >= count, PATIENCE, step=0.1)
                found = {"own_seconds": time.monotonic() - started, "cpu_s": cpu_seconds(worker.pid) - cpu}
            finally:
                worker.terminate()
                try:
                    worker.wait(20)
                except subprocess.TimeoutExpired:
                    worker.kill()
        app.close()
        return {**found, "sent": count, "processes": 2, "enqueue_seconds": filled["enqueue_seconds"]}


def write_templates(content: Any, folder: Path) -> None:
    """The newsletter as Django templates and as JavaScript's template literals, from one message of ours."""
    marks = {name: f"Z{name.replace('_', '')}z" for name in OWN}
    message = sample(content, marks)
    # What differs besides: the link to leave the list.
    marks["token"] = token_of(content.mailing, SAMPLE_ID)
    subject, text, html = parts(message)
    for name, words in (("subject", subject), ("txt", text), ("html", html)):
        django = js = words.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
        django = words
        for field, mark in marks.items():
            django = django.replace(mark, f"{{{{ reader.{field} }}}}")
            js = js.replace(mark, f"${{r.{field}}}")
        if name != "html":
            django = f"{{% autoescape off %}}{django}{{% endautoescape %}}"
        (folder / f"newsletter.{name}").write_text(django, encoding="utf-8")
        (folder / f"{'text' if name == 'txt' else name}.js").write_text(js, encoding="utf-8")
    (folder / "headers.json").write_text(json.dumps(_more_headers(message, marks["token"])), encoding="utf-8")


def token_of(mailing: Any, public_id: uuid.UUID) -> str:
    """The part of a reader's link to leave the list that nobody else has."""
    from mailing.dispatch import headers

    return headers.links(mailing, public_id)["unsubscribe_link"].rstrip("/").rpartition("/")[2]


def _more_headers(message: bytes, token: str) -> dict[str, str]:
    """Our headers that no mail library writes by itself; a reader's own id and token become {public_id} and {token}."""
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    found = {name: str(value) for name, value in parsed.items() if name.lower() not in USUAL}
    return {
        name: value.replace(str(SAMPLE_ID), "{public_id}").replace(token, "{token}") for name, value in found.items()
    }


def _marked(connection: "psycopg.Connection[Any]") -> int:
    row = connection.execute("SELECT COUNT(*) FROM readers_reader WHERE sent_at IS NOT NULL").fetchone()
    return int(row[0]) if row else 0


def _plain(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(scheme="postgresql"))


def _until(is_so: Any, seconds: float, step: float = 0.05) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise SystemExit(f"A peer is not done after {seconds:.0f} s.")
        time.sleep(step)


def _check(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603
        command, cwd=HERE / "peers", env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    if done.returncode:
        print(done.stderr[-3000:], file=sys.stderr)
        raise SystemExit(f"A peer failed: {' '.join(command[1:4])}")
    return done.stdout


def _said(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    found = json.loads(_check(command, environment).strip().splitlines()[-1])
    return dict(found)
