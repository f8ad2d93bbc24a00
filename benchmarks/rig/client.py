"""What the SMTP client gains by pipelining, at loopback and behind 20 ms, and what signing costs. No database."""

import asyncio
import contextlib
import itertools
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Self

from benchmarks.rig.servers import Sink

# Every answer of the server comes so much later, in seconds: a mail server in another country.
LATENCY = 0.020
SLOW_MESSAGES = 60
FAST_MESSAGES = 3_000
SIGNED_MESSAGES = 300


def messages_of(mailing: Any, count: int = 50) -> list[Any]:
    """The first messages of a newsletter, ready to be handed to a transport."""
    from mailing.dispatch.rendering import Renderer
    from transport.delivery import Outgoing

    renderer = Renderer(mailing)
    return [
        Outgoing(mailing.sender.from_email, one.email, renderer.message(one), is_checked=True)
        for one in mailing.deliveries.order_by("id")[:count]
    ]


def run_pipelining(mailing: Any) -> dict[str, Any]:
    """Messages a second over one connection with and without pipelining, at loopback and behind 20 ms."""
    batch = messages_of(mailing)
    found: dict[str, Any] = {"latency_ms": LATENCY * 1000}
    for name, count, delay in (("loopback", FAST_MESSAGES, 0.0), ("at_20_ms", SLOW_MESSAGES, LATENCY)):
        for pipelining in (False, True):
            with Sink() as sink, Proxy(sink.port, delay=delay) as proxy:
                port = proxy.port if delay else sink.port
                rate = _rate(port, batch, count, pipelining=pipelining)
            found[f"{name}_{'pipelined' if pipelining else 'plain'}"] = round(rate, 1)
        found[name] = round(found[f"{name}_pipelined"] / found[f"{name}_plain"], 3)
    return found


def _rate(port: int, batch: list[Any], count: int, *, pipelining: bool) -> float:
    """`count` messages in windows of `batch` over one connection; the connection's opening is not counted."""
    from transport.smtp import SMTPTransport

    taken = Taken()
    with SMTPTransport(f"smtp://127.0.0.1:{port}", pipelining=pipelining) as transport:
        transport.deliver_all(batch[:1], taken)
        started = time.perf_counter()
        left = count
        while left > 0:
            transport.deliver_all(batch[:left], taken)
            left -= len(batch[:left])
        seconds = time.perf_counter() - started
    assert taken.count == count + 1, f"{taken.count} of {count + 1} were taken"  # noqa: S101
    return count / seconds


class Taken:
    """The progress of a window: counts what the server took, and stops at the first refusal."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.count = 0

    def may_continue(self) -> None:
        """There is no lease here."""

    def started(self, number: int) -> None:
        """Nobody writes it down."""

    def finished(self, number: int, outcome: Any) -> None:
        """One more. Raises the refusal."""
        if isinstance(outcome, Exception):
            raise outcome
        self.count += 1


class Proxy:
    """A TCP proxy on loopback that passes on what comes from the server `delay` seconds later, in order."""

    def __init__(self, target: int, *, delay: float) -> None:
        """Listens when it is entered."""
        self._target, self._delay = target, delay
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, *details: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _stop(self) -> None:
        self._server.close()
        own = asyncio.current_task()
        for task in asyncio.all_tasks():
            if task is not own:
                task.cancel()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):
            server, to_server = await asyncio.open_connection("127.0.0.1", self._target)
            await asyncio.gather(self._pass_on(reader, to_server), self._answer(server, writer))

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
        target.close()

    async def _answer(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Each piece at its own time, so that many answers on the way are delayed once and not one after the other."""
        while data := await source.read(65536):
            self._loop.call_later(self._delay, target.write, data)
        self._loop.call_later(self._delay, target.close)


def run_dkim(mailing: Any) -> dict[str, Any]:
    """CPU of signing one message with a key of 2,048 bits, in microseconds, in this process."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.test.utils import override_settings

    from transport.dkim import sign

    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    pem = private.private_bytes(encoding, kind, serialization.NoEncryption())
    domain = mailing.sender.domain
    batch = messages_of(mailing)
    with tempfile.TemporaryDirectory(prefix="dmr-dkim-") as folder:
        path = Path(folder) / "key.pem"
        path.write_bytes(pem)
        with override_settings(DKIM_KEYS=[f"{domain}:bench:{path}"]):
            assert sign(batch[0].message, domain).startswith(b"DKIM-Signature:")  # noqa: S101
            started = time.process_time()
            for one in itertools.islice(itertools.cycle(batch), SIGNED_MESSAGES):
                sign(one.message, domain)
            used = time.process_time() - started
    return {"cpu_us_per_message": round(used / SIGNED_MESSAGES * 1e6), "key_bits": 2048, "messages": SIGNED_MESSAGES}
