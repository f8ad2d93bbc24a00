"""The benchmarks measure what they say: figures of other processes, ratios by round, the same words for all."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.template import engines

from benchmarks.dispatch import ISSUE_PARTS, PARTS, read_options
from benchmarks.rig.checking import check_digests, compare, compare_issue
from benchmarks.rig.client import Proxy
from benchmarks.rig.issue import PERIOD, choose, make_issue
from benchmarks.rig.newsletter import OWN, SAMPLE_ID, make_newsletter, make_people, parts, sample
from benchmarks.rig.peers import token_of, write_templates
from benchmarks.rig.results import issue_summary, summary
from benchmarks.rig.usage import Watch, cpu_seconds, medium, memory_mb, octets_read
from contacts.models import ContactList
from mailing.dispatch.rendering import Renderer, digest
from tests.processes import Catcher, wait_until

ROOT = Path(__file__).resolve().parents[2]
WORDS = ("Dear Ms O’Brien,", "Yours sincerely,", "Maeve", "O’Brien", "Maeve O’Brien", "Ireland")
VALUES = dict(zip(OWN, WORDS, strict=True))


@pytest.fixture
def content(db):
    make_people(2)
    return make_newsletter("BENCH-TEST").contents.get()


def round_of(ours: float, peer: float, cpu: float = 0.2) -> dict:
    memory = {"rss_mb": 90.0, "rss_mb_at_quarter": 88.0, "rss_mb_at_end": 89.0}
    return {
        "ours": [{"per_second": ours, "cpu_s_per_1000": cpu, "postgres_cpu_s_per_1000": 0.03, **memory}],
        "django_loop": [{"per_second": peer, "cpu_s_per_1000": 2.0}],
        "smtp_source": [{"per_second": 4000.0}, {"per_second": 6000.0}],
    }


def test_a_ratio_is_taken_within_a_round_and_the_median_of_the_rounds_is_told():
    found = summary([round_of(3000, 300), round_of(4000, 200), round_of(1000, 50)])
    assert found["ratios_by_round"]["django_loop"] == [10.0, 20.0, 20.0]
    assert found["ratios"]["django_loop"] == 20.0
    assert found["cpu_ratios"]["django_loop"] == 10.0


def test_the_reference_of_a_round_is_the_mean_of_before_and_after():
    assert summary([round_of(2500, 250)])["ratios"]["smtp_source"] == 0.5


def test_a_goal_is_told_with_the_number_that_is():
    goals = summary([round_of(2500, 250, cpu=0.35)])["goals"]
    assert goals["smtp_source"] == {"goal": 0.70, "is": 0.5, "met": False}
    assert goals["cpu_s_per_1000"] == {"goal": 0.30, "is": 0.35, "met": False}
    assert goals["rss_mb"] == {"goal": 120.0, "is": 90.0, "met": True}


def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two():
    assert medium([4.0, 1.0, 3.0, 2.0]) == 2.5


def test_cpu_and_memory_of_a_process_hold_those_of_its_children():
    burn = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE) as process:
        end = time.monotonic() + 20
        while cpu_seconds(process.pid) < 0.3 and time.monotonic() < end:
            time.sleep(0.05)
        assert cpu_seconds(process.pid) >= 0.3
        now, peak = memory_mb(process.pid)
        assert 1 < now <= peak
        assert octets_read(process.pid) > 0
        process.stdin.close()


def test_a_watch_tells_how_long_something_took_to_grow():
    size, moments = 0, []
    with Watch(lambda: size, step=0.002) as watch:
        for _step in range(3):
            time.sleep(0.05)
            before = time.monotonic()
            size += 100
            wait_until(lambda: watch.grown == size, 30, "nobody looks")  # noqa: B023 - asked before it grows again
            moments.append((before, time.monotonic()))
    assert watch.grown == 300
    # Between the moments at which it can have been seen, however slow the machine is.
    (first, first_seen), _second, (last, last_seen) = moments
    assert last - first_seen <= watch.seconds_between(50, 250) <= last_seen - first


def test_the_newsletter_has_twelve_kilobytes_and_its_readers_values(content):
    message = sample(content)
    assert 12 * 1024 <= len(message) < 12.4 * 1024
    subject, text, html = parts(message)
    assert "Ireland" in subject
    assert "Maeve" in text
    assert "Maeve" in html


def test_django_templates_for_the_peers_give_the_words_of_our_message(content, tmp_path):
    write_templates(content, tmp_path)
    subject, text, html = parts(sample(content, VALUES))
    reader = {**VALUES, "token": token_of(content.mailing, SAMPLE_ID)}
    for name, ours in (("subject", subject), ("txt", text), ("html", html)):
        source = (tmp_path / f"newsletter.{name}").read_text(encoding="utf-8")
        theirs = engines["django"].from_string(source).render({"reader": reader})
        assert theirs.split() == ours.split()


def test_template_literals_for_the_peers_name_every_value_and_nothing_of_ours_is_left(content, tmp_path):
    write_templates(content, tmp_path)
    text = (tmp_path / "text.js").read_text(encoding="utf-8")
    assert "${r.salutation}" in text
    assert "${r.given_name}" in text
    assert not [name for name in OWN if f"Z{name.replace('_', '')}z" in text]
    assert "${r.token}" in text
    assert "/{token}/" in json.loads((tmp_path / "headers.json").read_text(encoding="utf-8"))["List-Unsubscribe"]


def test_a_message_without_its_readers_name_stops_the_run(content):
    reader = {**VALUES, "salutation": "Dear Somebody Else,"}
    with pytest.raises(AssertionError, match="a value is missing"):
        compare(sample(content, VALUES), reader)


@pytest.fixture
def readers_of_an_issue(db):
    make_people(2 * PERIOD)
    choose(ContactList.objects.get(name="Newsletter"))


@pytest.fixture
def issue(readers_of_an_issue):
    return make_issue("BENCH-ISSUE")


def test_an_issue_has_sixteen_kinds_of_readers_each_as_often_and_its_messages_are_those_of_the_slow_way(issue):
    renderer = Renderer(issue)
    # Tests have people of their own in the database.
    rows = list(issue.deliveries.filter(email__startswith="reader").order_by("id"))
    assert len(rows) == 2 * PERIOD
    for row in rows:
        compare_issue(renderer.message(row), row, renderer)
    assert issue.skeletons.count() == 16
    kinds = [(row.language, tuple(sorted(row.context["topics"]))) for row in rows]
    assert {language: sum(kind[0] == language for kind in kinds) for language in ("en", "fr")} == {"en": 32, "fr": 16}
    assert len(set(kinds[:PERIOD])) == 16
    assert sorted(kinds[:PERIOD]) == sorted(kinds[PERIOD:])


def test_an_issue_of_another_readers_topics_stops_the_run(issue):
    renderer = Renderer(issue)
    row = next(row for row in issue.deliveries.all() if not row.context["topics"])
    row.context["topics"] = [issue.blocks.get(topic__slug="law").topic_id]
    with pytest.raises(AssertionError, match="law"):
        compare_issue(renderer.message(row), row, renderer)


def test_a_digest_that_is_not_of_what_is_made_the_slow_way_stops_the_run(issue):
    renderer = Renderer(issue)
    for row in issue.deliveries.all():
        row.content_digest = digest(renderer.message(row))
        row.save(update_fields=["content_digest"])
    assert check_digests(issue) == issue.recipients >= 2 * PERIOD
    issue.deliveries.filter(pk=row.pk).update(content_digest="0" * 64)
    with pytest.raises(AssertionError, match="was not sent as it is made"):
        check_digests(issue)


def test_an_issue_to_the_first_readers_counts_them_alone(readers_of_an_issue):
    few = make_issue("BENCH-FEW", limit=5)
    assert (few.recipients, few.deliveries.count()) == (5, 5)
    assert few.status == "sending"


def test_a_plain_newsletter_can_be_as_long_as_an_issue(readers_of_an_issue):
    plain = make_newsletter("BENCH-LONG", size=30_000)
    assert 30_000 <= len(sample(plain.contents.get())) < 30_400


def test_the_parts_of_an_issue_are_its_own_and_the_others_stay():
    assert read_options([]).parts == PARTS
    assert not read_options([]).issue
    assert read_options(["--issue"]).parts == ISSUE_PARTS
    assert read_options(["--issue", "--database", "sqlite"]).parts == [
        "smtp_source",
        "ours",
        "ours_plain",
        "ours_tenth",
    ]
    assert read_options(["--database", "sqlite"]).parts == ["smtp_source", "ours"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--issue", "--only", "nodemailer"], "there is no part nodemailer"),
        (["--only", "ours_plain"], "there is no part ours_plain"),
        (["--issue", "--messages", "100"], "give --messages 240 or more"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_a_sentence(words, told, capsys):
    with pytest.raises(SystemExit):
        read_options(words)
    assert told in capsys.readouterr().err


def test_an_issue_is_told_beside_a_plain_newsletter_of_the_same_round():
    def one(issue, plain):
        found = round_of(issue, 1, cpu=0.6)
        (ours,) = found["ours"]
        ours["octets_per_message"] = 30_000
        found["ours_plain"] = [{**ours, "per_second": plain, "cpu_s_per_1000": 0.5, "octets_per_message": 20_000}]
        found["ours_tenth"] = [{**ours, "rss_mb": 87.5}]
        return found

    found = issue_summary([one(900, 1000), one(400, 500), one(700, 500)])
    told = found["issue_of_plain"]
    assert (told["per_second"], told["octets_per_second"], told["cpu"], told["cpu_per_octet"]) == (0.9, 1.35, 1.2, 0.8)
    assert told["by_round"][1] == [0.8, 1.2, 1.5]
    assert found["plain_of_smtp_source"] == 0.1
    assert (found["rss_mb_of_a_tenth"], found["rss_mb_grew"]) == (87.5, 2.5)
    assert set(found["goals"]) == {"smtp_source", "django_loop", "rss_mb"}


def test_the_proxy_delays_every_answer_once():
    from transport.smtp import SMTPTransport

    message = b"Subject: Slow\r\n\r\nText.\r\n"
    with Catcher() as catcher, Proxy(catcher.port, delay=0.05) as proxy:
        with SMTPTransport(f"smtp://127.0.0.1:{proxy.port}") as transport:
            started = time.monotonic()
            transport.deliver(envelope_from="a@platform.example", recipient="b@people.example", message=message)
            # Greeting, EHLO, envelope and dot: four answers at least.
            assert time.monotonic() - started >= 0.2
        assert len(catcher.messages) == 1


@pytest.mark.parametrize("name", ["requirements.lock", "package-lock.json"])
def test_the_locks_of_the_peers_hold_no_address(name):
    lock = (ROOT / "benchmarks" / name).read_text(encoding="utf-8")
    assert "://" not in lock
    assert '"resolved"' not in lock
