"""A TCP proxy on loopback for the fault tests: it cuts, delays, falls silent, and loses the answer to a COMMIT.

It stands in front of any server that speaks TCP, a mail server or PostgreSQL, and runs in a thread of the test.
"""

import asyncio
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Self

CHUNK = 64 * 1024
# What psycopg sends for connection.commit(): one simple query (PostgreSQL's protocol, "Query").
COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
# The end of a pipeline ("Sync"): until it comes, the server waits for more and does not call itself idle.
SYNC = b"S\x00\x00\x00\x04"


class Proxy:
    """Forwards 127.0.0.1:port to a server's host and port. A context manager.

    `delay` is seconds added to each direction; `is_silent` swallows nothing and forwards nothing, as a broken cable
    does: both ends believe that the connection lives.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self.delay = 0.0
        self.is_silent = False
        # What a client sent → how many bytes of it are passed on before the proxy falls silent; None: it does not.
        self.falls_silent_after: Callable[[bytes], int | None] = lambda data: None
        # SQL of a transaction → whether the server's answer to its COMMIT is lost, with the connection.
        self.loses: Callable[[str], bool] = lambda sql: False
        # The SQL of every transaction whose answer was lost, and of all that were committed.
        self.lost: list[str] = []
        self.commits: list[str] = []
        self._pairs: set[Pair] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._listener = self._call(asyncio.start_server(self._forward, "127.0.0.1", 0, limit=CHUNK))
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *details: object) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._listener.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def cut(self) -> None:
        """End every open connection at once, on both sides, by a reset."""
        self._loop.call_soon_threadsafe(lambda: [pair.reset() for pair in list(self._pairs)])
        end = time.monotonic() + 5
        while self._pairs and time.monotonic() < end:
            time.sleep(0.01)

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._pairs)

    def lose_commit(self, pattern: str, *, times: int = 1) -> None:
        """Lose the answer to the next `times` COMMITs of a transaction whose SQL matches a regular expression."""
        expression, before = re.compile(pattern, re.DOTALL), len(self.lost)
        self.loses = lambda sql: len(self.lost) < before + times and bool(expression.search(sql))

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server = await asyncio.open_connection(*self._target, limit=CHUNK)
        except OSError:
            writer.transport.abort()
            return
        pair = Pair(self, (reader, writer), server)
        self._pairs.add(pair)
        try:
            await pair.run()
        finally:
            self._pairs.discard(pair)


class Pair:
    """One client's connection and the one to the server behind it."""

    def __init__(self, proxy: Proxy, client, server) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.sql: list[bytes] = []
        # Whether the next thing the server says is lost, and the connection with it.
        self.is_losing = False

    async def run(self) -> None:
        """Until one side is gone."""
        for _reader, writer in (self.client, self.server):
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ways = [
            asyncio.ensure_future(self._pump(self.client[0], self.server[1], self._look)),
            asyncio.ensure_future(self._pump(self.server[0], self.client[1], self._listen)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        self.client[1].close()
        self.server[1].close()

    async def _pump(self, reader, writer, look: Callable[[bytes], Iterator[bytes]]) -> None:
        while data := await reader.read(CHUNK):
            if self.proxy.delay:
                await asyncio.sleep(self.proxy.delay)
            for part in look(data):
                while self.proxy.is_silent:
                    await asyncio.sleep(0.02)
                writer.write(part)
                await writer.drain()

    def _look(self, data: bytes) -> Iterator[bytes]:
        """Read what the client asks the server for, and give it in the parts that are passed on."""
        self.sql.append(data)
        self._note_commit(data)
        if (passed := self.proxy.falls_silent_after(data)) is not None:
            yield data[:passed]
            self.proxy.is_silent = True
            data = data[passed:]
        yield data

    def _note_commit(self, data: bytes) -> None:
        if data.endswith(COMMIT):
            found = b"".join(self.sql).decode("utf-8", "replace")
            self.proxy.commits.append(found)
            self.sql.clear()
            if self.proxy.loses(found):
                self.proxy.lost.append(found)
                self.is_losing = True
        elif data.endswith(b"Q\x00\x00\x00\x0dROLLBACK\x00"):
            self.sql.clear()

    def _listen(self, data: bytes) -> Iterator[bytes]:
        """What the server answers, but for what is to be lost, with the connection."""
        if self.is_losing:
            self.reset()
        else:
            yield data

    def reset(self) -> None:
        """Close both sides by a reset, so that each learns of it at once."""
        for _reader, writer in (self.client, self.server):
            plug = writer.get_extra_info("socket")
            if plug is not None and plug.fileno() >= 0:
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
