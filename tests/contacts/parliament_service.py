"""An HTTP server on this machine that answers like the Parliament's Open Data API, with invented people.

It pages by offset and limit, ends with 204, and has the faults of real services on demand: `faults` names one for the
number of a request, counted from 1.
"""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

BODIES = [
    ("6586", "LIBE", "COMMITTEE_PARLIAMENTARY_STANDING"), ("7150", "PPE", "EU_POLITICAL_GROUP"),
    ("6610", "D-UA", "DELEGATION_PARLIAMENTARY"), ("6800", "SPV", "NATIONAL_POLITICAL_GROUP"),
    ("9999", "UNKNOWN", "COMMITTEE_PARLIAMENTARY_SPECIAL"),
]  # fmt: skip


def membership(number, body, role, classification, **dates):
    period = {"type": "PeriodOfTime", "startDate": "2024-07-19"} | dates
    return {
        "type": "Membership", "identifier": f"{number}-f-{body}", "organization": f"org/{body}",
        "role": f"def/ep-roles/{role}", "membershipClassification": f"def/ep-entities/{classification}",
        "memberDuring": period,
    }  # fmt: skip


def current(number):
    return {
        "id": f"person/{number}", "type": "Person", "identifier": str(number),
        "label": f"Given{number - 900000} VOORBEELD{number - 900000}", "familyName": f"Voorbeeld{number - 900000}",
        "givenName": f"Given{number - 900000}", "api:country-of-representation": "BE", "api:political-group": "PPE",
    }  # fmt: skip


def detail(number, *, without_email):
    person = {key: value for key, value in current(number).items() if not key.startswith("api:")}
    if not without_email:
        person["hasEmail"] = f"mailto:m{number - 900000}@europarl.europa.eu"
    person["hasGender"] = "http://publications.europa.eu/resource/authority/human-sex/FEMALE"
    person["hasMembership"] = [
        membership(number, "6586", "CHAIR_VICE", "COMMITTEE_PARLIAMENTARY_STANDING"),
        membership(number, "7150", "MEMBER", "EU_POLITICAL_GROUP", startDate="2024-07-16"),
        membership(number, "6610", "MEMBER", "DELEGATION_PARLIAMENTARY"),
        membership(number, "6588", "MEMBER", "COMMITTEE_PARLIAMENTARY_STANDING", endDate="2025-01-01"),
    ]
    return person


class ParliamentService:
    """The server as a context: `url`, what was `asked`, by which `agents`, and the `waits` of the client's clock."""

    def __init__(self, people):
        self.people = [900000 + number for number in range(1, people + 1)]
        self.asked, self.agents, self.waits = [], [], []
        self.faults, self.missing = {}, set()
        self.without_email = self.ignores_offset = False

    def __enter__(self):
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                service.answer(self)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/v2"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *details):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        parts = urlsplit(request.path)
        path = parts.path.removeprefix("/api/v2")
        self.asked.append(f"{path}?{parts.query}" if parts.query else path)
        self.agents.append(request.headers["User-Agent"])
        fault = self.faults.get(len(self.asked))
        if fault:
            return self.misbehave(request, fault)
        query = {name: int(values[0]) for name, values in parse_qs(parts.query).items()}
        if path in ("/meps/show-current", "/corporate-bodies/show-current"):
            return self.send_page(request, path, query)
        number = int(path.rpartition("/")[2])
        if number in self.missing:
            return self.send(request, 404, b"")
        return self.send_json(request, [detail(number, without_email=self.without_email)])

    def send_page(self, request, path, query):
        if path.startswith("/meps"):
            entries = [current(number) for number in self.people]
        else:
            entries = [
                {"type": "Organization", "identifier": number, "label": label, "classification": f"def/{kind}"}
                for number, label, kind in BODIES
            ]
        start = 0 if self.ignores_offset else query.get("offset", 0)
        page = entries[start : start + query.get("limit", 50)]
        return self.send_json(request, page) if page else self.send(request, 204, b"")

    def send_json(self, request, data):
        return self.send(request, 200, json.dumps({"data": data, "@context": []}).encode())

    def send(self, request, status, body, **headers):
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        if status != 204:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def misbehave(self, request, fault):
        bodies = {
            "html": b"<html>Sorry</html>", "list": b"[1]", "nan": b'{"data": [NaN]}', "twice": b'{"data":[],"data":[]}',
            "latin": '{"data": ["é"]}'.encode("latin-1"), "huge": b" " * 300_000,
        }  # fmt: skip
        if fault in bodies:
            self.send(request, 200, bodies[fault])
        elif fault == "429":
            self.send(request, 429, b"", Retry_After="7")
        elif fault == "redirect":
            self.send(request, 302, b"", Location="https://elsewhere.example/")
        elif fault.isdigit():
            self.send(request, int(fault), b"")
        elif fault == "cut":
            request.send_response(200)
            request.send_header("Content-Length", "5000")
            request.end_headers()
            request.wfile.write(b'{"data": [')
            request.close_connection = True
        elif fault == "refuse":
            request.close_connection = True
            request.connection.close()
        elif fault == "drip":
            request.send_response(200)
            request.send_header("Content-Length", "5000")
            request.end_headers()
            for _piece in range(40):
                request.wfile.write(b" ")
                request.wfile.flush()
                time.sleep(0.1)
