"""A DNS server of the tests' own on loopback: answers from a table, and can fall silent."""

import socketserver
import threading
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class _Handler(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        self.server.asked.append(data)
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        if self.server.is_silent or name in self.server.silent_names:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        kind = question.rdtype.name
        rows = self.server.zone.get(name)
        if rows is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        for row in (rows or {}).get(kind, []):
            text = _quoted(row) if kind == "TXT" else row
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, text))
        wire = answer.to_wire(max_size=65_000)
        sock.sendto(wire, self.client_address)


def _quoted(text):
    """A TXT record in strings of at most 255 characters, as a long key needs."""
    parts = [text[start : start + 200] for start in range(0, len(text), 200)] or [""]
    return " ".join('"' + part.replace('"', r"\"") + '"' for part in parts)


@contextmanager
def dns_server(zone):
    """Serve {"a.example": {"TXT": […], "MX": ["10 mx.a.example."]}} and give the server, with its `address`."""
    server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), _Handler)
    server.zone, server.asked, server.is_silent, server.silent_names = zone, [], False, set()
    server.address = f"127.0.0.1:{server.server_address[1]}"
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
