"""Keeping the list of members current from the Parliament's Open Data API: fetch, keep the raw answers, import.

A pull is a series of raw answers under one name. It goes on where it stopped, so it can be fetched in slices and
imported again later; what is imported comes from the stored answers alone.
"""

import gzip
import hashlib
import json
import secrets
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from contacts.fetching import Answer, Fetcher, FetchFailed
from contacts.imports.errors import ImportRefused
from contacts.imports.jsonld import parse_bodies, parse_jsonld, person_ids
from contacts.imports.jsontext import load_json
from contacts.imports.reading import decode
from contacts.imports.records import Pull
from contacts.imports.remembering import remembering
from contacts.imports.running import apply
from contacts.models import RawAnswer

BODIES, CURRENT, DETAIL = "corporate-bodies/show-current", "meps/show-current", "meps/"
PAGE = 50
SLICE_SECONDS = 25.0
MOST_PAGES = 200
SOURCE = "europarl-api"


def new_pull() -> str:
    """The name of a pull that begins now."""
    return f"{timezone.localdate().isoformat()}-{secrets.token_hex(4)}"


def fetcher() -> Fetcher:
    """A fetcher of the service that the settings name. Raises FetchFailed where it is not the Parliament's."""
    return Fetcher(settings.SYNC_URL, may_loop=settings.SYNC_MAY_LOOP)


def fetch(pull: str, source: Fetcher, *, seconds: float = float("inf")) -> bool:
    """Fetch what the pull still lacks, for about so many seconds. True when it is complete.

    Raises FetchFailed or ImportRefused with a sentence; what came until then is kept, and nothing was imported.
    """
    until = time.monotonic() + seconds
    for path in (BODIES, CURRENT):
        if not _is_complete(pull, path):
            _fetch_list(pull, path, source)
    have = _details(pull)
    for number in _numbers(pull):
        if number in have:
            continue
        if time.monotonic() > until:
            return False
        _keep(pull, f"{DETAIL}{number}", source.get(f"{DETAIL}{number}"))
    return True


def _fetch_list(pull: str, path: str, source: Fetcher) -> None:
    """All pages of a list, until the service has no more. A page that adds nothing new is a fault of the service."""
    RawAnswer.objects.filter(pull=pull, url__startswith=f"{path}?").delete()
    seen: set[int] = set()
    for _page in range(MOST_PAGES):
        answer = source.get(path, offset=len(seen), limit=PAGE)
        if answer.status == 404:
            raise FetchFailed(_("The Parliament's service has no list under “%(path)s” any more.") % {"path": path})
        numbers = person_ids(_content(answer.body)) if answer.status == 200 else []
        _keep(pull, f"{path}?offset={len(seen)}", answer)
        if not numbers:
            return
        if not set(numbers) - seen:
            break
        seen.update(numbers)
    raise FetchFailed(_("The Parliament's service repeats the same page; nothing was taken over."))


def read_pull(pull: str) -> Pull:
    """The records of a complete pull, from its stored answers alone. Raises ImportRefused with the reason."""
    answers = list(RawAnswer.objects.of_pull(pull))
    if not answers or not _is_complete(pull, CURRENT):
        raise ImportRefused(_("There is no complete pull called “%(name)s”.") % {"name": pull[:60]})
    bodies: dict[str, tuple[str, str]] = {}
    people: dict[Any, dict[str, Any]] = {}
    summary = hashlib.sha256()
    with remembering():
        for answer in answers:
            summary.update(answer.digest.encode())
            if answer.status != 200:
                continue
            content = _content(answer.content())
            if answer.url.startswith(BODIES):
                bodies |= parse_bodies(content)
                continue
            for person in content.get("data", []) if isinstance(content, dict) else []:
                if isinstance(person, dict):
                    # A person's detail comes after the list and says more; what only the list says stays.
                    number = str(person.get("identifier"))
                    people[number] = people.get(number, {}) | person
        found = Pull("", f"open-data-api_{pull}", summary.hexdigest(), timezone.localdate(answers[0].at), [])
        parse_jsonld({"data": list(people.values())}, found, bodies)
    found.source, found.is_complete = SOURCE, True
    return found


def go_on(pull: str = "") -> str:
    """One slice of the weekly pull: gives its name while it is unfinished, "" when it is done or SYNC_MEPS is off.

    Whatever goes wrong is a line in the audit trail; nobody waits for an exception.
    """
    if not settings.SYNC_MEPS:
        return ""
    pull = pull or new_pull()
    try:
        if not fetch(pull, fetcher(), seconds=SLICE_SECONDS):
            return pull
        apply(read_pull(pull))
    except (FetchFailed, ImportRefused) as error:
        with transaction.atomic():
            audit.record(None, f"could not import the Parliament's list: {error}", label=pull)
    return ""


def throw_away_old() -> int:
    """Throw away answers older than SYNC_KEEP_DAYS; gives how many."""
    before = timezone.now() - timedelta(days=settings.SYNC_KEEP_DAYS)
    return RawAnswer.objects.filter(at__lt=before).delete()[0]


def _keep(pull: str, url: str, answer: Answer) -> None:
    RawAnswer.objects.create(
        pull=pull,
        url=url,
        status=answer.status,
        body=gzip.compress(answer.body, mtime=0),
        digest=hashlib.sha256(answer.body).hexdigest(),
        size=len(answer.body),
    )


def _is_complete(pull: str, path: str) -> bool:
    """Whether the pages of a list came to their end: the last one is empty."""
    last = RawAnswer.objects.filter(pull=pull, url__startswith=f"{path}?").order_by("id").last()
    return last is not None and (last.status == 204 or not person_ids(_content(last.content())))


def _numbers(pull: str) -> list[int]:
    pages = RawAnswer.objects.of_pull(pull).filter(url__startswith=f"{CURRENT}?", status=200)
    return list(dict.fromkeys(number for page in pages for number in person_ids(_content(page.content()))))


def _details(pull: str) -> set[int]:
    urls = RawAnswer.objects.of_pull(pull).exclude(url__contains="?").values_list("url", flat=True)
    return {int(url.removeprefix(DETAIL)) for url in urls}


def _content(body: bytes) -> Any:
    """The JSON of an answer. Raises ImportRefused."""
    return load_json(decode(body)) if body else {"data": []}


def summary_of(pull: str) -> dict[str, Any]:
    """What a pull fetched, for a program: its name, the number of answers and of octets."""
    answers = RawAnswer.objects.of_pull(pull)
    return {"pull": pull, "answers": answers.count(), "octets": sum(answers.values_list("size", flat=True))}


def as_json(found: dict[str, Any]) -> str:
    """One object on one line."""
    return json.dumps(found, ensure_ascii=False)
