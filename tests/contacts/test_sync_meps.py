"""`sync_meps` against a service on this machine that behaves like the Parliament's, well and badly."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEvent
from contacts import fetching, syncing
from contacts.fetching import Fetcher, FetchFailed
from contacts.models import Contact, ImportRun, Mandate, Membership, RawAnswer
from tests.contacts.parliament_service import ParliamentService

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(settings, monkeypatch):
    with ParliamentService(people=120) as running:
        settings.SYNC_URL, settings.SYNC_MAY_LOOP = running.url, True
        waits = running.waits
        monkeypatch.setattr(
            syncing, "fetcher", lambda: Fetcher(running.url, may_loop=True, sleep=waits.append, clock=lambda: 0.0)
        )
        yield running


def run(*options):
    out = StringIO()
    code = 0
    try:
        call_command("sync_meps", "--json", *options, stdout=out)
    except SystemExit as end:
        code = end.code
    return code, json.loads(out.getvalue())


def test_it_pages_through_the_members_and_imports_them_with_their_details(service):
    code, answer = run()
    assert (code, answer["new"], answer["held"], answer["problems"]) == (0, 120, 0, [])
    assert Mandate.objects.open().count() == 120
    person = Contact.objects.get(mandates__ep_id=900001)
    assert (person.name, person.email, person.gender) == ("Given1 Voorbeeld1", "m1@europarl.europa.eu", "F")
    seats = Membership.objects.filter(mandate__ep_id=900001).values_list("body__kind", "body__code", "role")
    assert set(seats) == {
        ("group", "EPP", "member"), ("committee", "LIBE", "vice_chair"), ("delegation", "D-UA", "member"),
    }  # fmt: skip
    offsets = [request for request in service.asked if request.startswith("/meps/show-current")]
    assert [request.split("offset=")[1].split("&")[0] for request in offsets] == ["0", "50", "100", "120"]


def test_it_says_who_we_are_and_asks_no_faster_than_the_service_allows(service, settings):
    settings.SYNC_CONTACT = "https://platform.example/contact"
    run()
    assert set(service.agents) == {"Demarche/0.1 (+https://platform.example/contact)"}
    assert len(service.waits) == len(service.asked) - 1
    assert min(service.waits) >= 300 / 500  # 500 requests in 5 minutes is the limit; ours are spread below it.


def test_the_raw_answers_are_kept_and_the_import_can_be_run_again_without_the_network(service):
    _code, answer = run()
    asked = len(service.asked)
    assert RawAnswer.objects.filter(pull=answer["pull"]).count() == asked
    Contact.objects.all().delete()
    ImportRun.objects.all().delete()
    _code, again = run("--again", answer["pull"])
    assert again["new"] == 120
    assert len(service.asked) == asked
    assert ImportRun.objects.get().file_name == f"open-data-api_{answer['pull']}"


def test_a_dry_run_changes_no_contact(service):
    code, answer = run("--dry-run")
    assert (code, answer["new"]) == (0, 120)
    assert not Contact.objects.exists()
    assert not ImportRun.objects.exists()


def test_a_second_pull_finds_nothing_to_change(service):
    run()
    _code, answer = run()
    assert (answer["unchanged"], answer["new"], answer["changed"], answer["gone"]) == (120, 0, 0, 0)


def test_who_is_missing_has_left_and_a_pull_that_lost_many_is_held(service):
    run()
    service.people = service.people[:118]
    assert run()[1]["gone"] == 2
    service.people = service.people[:100]
    code, answer = run()
    assert (code, answer["held"]) == (3, 18)
    assert Mandate.objects.open().count() == 118
    assert ImportRun.objects.filter(status="held").count() == 1


def test_details_that_lost_their_addresses_hold_the_pull(service):
    run()
    service.without_email = True
    code, answer = run()
    assert code == 3
    assert "no e-mail address at all" in answer["hold_reason"]
    assert not Contact.objects.filter(email="").exists()


@pytest.mark.parametrize("fault", ["429", "500", "503", "cut", "refuse"])
def test_a_fault_that_passes_is_tried_again_with_longer_waits(service, fault):
    service.faults = {5: fault, 6: fault}
    code, answer = run()
    assert (code, answer["new"]) == (0, 120)
    waits = [wait for wait in service.waits if wait >= fetching.FIRST_WAIT]
    assert waits == ([7.0, 7.0] if fault == "429" else [2.0, 4.0])  # The service said 7 seconds itself.


def test_a_service_that_stays_down_ends_the_command_and_imports_nothing(service):
    service.faults = dict.fromkeys(range(4, 40), "500")
    with pytest.raises(CommandError, match="did not answer 5 times in a row") as refusal:
        call_command("sync_meps")
    assert refusal.value.returncode == 1
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("html", "JSON is broken"),
        ("list", "no list called “data”"),
        ("nan", "NaN"),
        ("twice", "same key twice"),
        ("redirect", "status 302"),
        ("403", "status 403"),
        ("huge", "more than 20 MB"),
        ("latin", "not in UTF-8"),
    ],
)
def test_an_answer_that_is_none_ends_the_command_and_imports_nothing(service, fault, reason, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_ANSWER", 200_000)
    service.faults = {3: fault}
    with pytest.raises(CommandError, match=reason if fault != "huge" else "more than"):
        call_command("sync_meps")
    assert not Contact.objects.exists()


def test_an_answer_that_drips_is_not_waited_for(service, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    service.faults = {3: "drip"}
    with pytest.raises(CommandError, match="takes too long"):
        call_command("sync_meps")


def test_a_service_that_repeats_its_first_page_for_ever_is_refused(service):
    service.ignores_offset = True
    with pytest.raises(CommandError, match="repeats the same page"):
        call_command("sync_meps")


def test_a_detail_that_does_not_exist_leaves_the_person_as_the_list_has_them(service):
    service.missing = {900003}
    code, answer = run()
    assert (code, answer["new"]) == (0, 120)
    assert Contact.objects.get(mandates__ep_id=900003).email == ""


def test_a_pull_goes_on_where_a_slice_ended(service):
    pull, source = syncing.new_pull(), syncing.fetcher()
    assert syncing.fetch(pull, source, seconds=-1) is False
    asked = len(service.asked)
    assert syncing.fetch(pull, source) is True
    assert len(service.asked) == asked + 120
    assert len(syncing.read_pull(pull).records) == 120


def test_beat_s_task_does_nothing_unless_it_is_switched_on(service, settings):
    from contacts.tasks import sync_meps

    sync_meps()
    assert service.asked == []
    settings.SYNC_MEPS = True
    sync_meps()
    assert Contact.objects.count() == 120
    service.faults = dict.fromkeys(range(1, 10000), "403")
    sync_meps()
    assert "could not import the Parliament's list" in AuditEvent.objects.order_by("-id").first().sentence


def test_old_answers_are_thrown_away(service, settings):
    run()
    RawAnswer.objects.update(at=timezone.now() - timedelta(days=settings.SYNC_KEEP_DAYS + 1))
    assert syncing.throw_away_old() > 120
    with pytest.raises(CommandError, match="no complete pull"):
        call_command("sync_meps", again="2026-01-01-abc")


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/api",
        "http://data.europarl.europa.eu/api/v2",
        "https://data.europarl.europa.eu.elsewhere.example/",
        "https://user:word@data.europarl.europa.eu/api/v2",
        "https://127.0.0.1/api",
        "http://127.0.0.1:1/api",
        "file:///etc/passwd",
        "https://elsewhere.example/?data.europarl.europa.eu",
    ],
)
def test_nothing_but_the_parliament_s_hosts_is_fetched_from(url):
    with pytest.raises(FetchFailed, match="not a host one may fetch from"):
        Fetcher(url)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "0.0.0.0"])
def test_a_name_that_leads_to_an_address_that_is_not_public_is_refused(monkeypatch, address):
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_a, **_k: [(0, 0, 0, "", (address, 443))])
    source = Fetcher("https://data.europarl.europa.eu/api/v2", sleep=lambda _seconds: None)
    with pytest.raises(FetchFailed, match="not public"):
        source.get("meps/show-current")


def test_two_modules_alone_talk_to_the_outside():
    """One fetches from the Parliament, one calls registered addresses; the demo looks at its own pages."""
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    words = ("urllib3.HTTP", "urlopen(", "http.client", "requests.get", "requests.post", "requests.request")
    found = [
        str(path.relative_to(root))
        for room in ("accounts", "contacts", "advocacy", "mailing", "desk")
        for path in (root / room).rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in words)
    ]
    assert sorted(found) == ["contacts/calling.py", "contacts/fetching.py", "desk/demo/processes.py"]
