"""What the steps of an issue ask of the database: twelve questions, however many readers and blocks it has.

What only some issues have is asked for once more each, and why stands in `BESIDES`.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from advocacy.models import ActionPlan
from contacts.models import Segment
from mailing import lifecycle, recounting
from mailing.models import AudienceRule, Block, BlockText, CountedLink, DeliveryEvent, Mailing
from tests.factories import SenderFactory
from tests.mailing.issues.readers import issue_of

pytestmark = pytest.mark.django_db
MOST = 12
BESIDES = {
    "topics": 1,  # What they are called in each language.
    "statements": 2,  # The languages they are read in; and whether one of them was replaced.
    "plans": 1,  # The version that is published now.
    "figures": 1,  # The answers that the bars are counted from.
    "people chosen by hand": 1,  # Those of the saved audiences that are left out.
    "counted links": 1,  # How often each was followed.
}
BEFORE = ["letter_audience", "letter_people", "letter_check", "letter_approve"]


def address(name, mailing):
    return reverse(f"mailing:{name}", args=[mailing.reference])


def queries_of(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return [query["sql"] for query in found]


def assert_few(queries, *besides):
    allowed = MOST + sum(BESIDES[name] for name in besides)
    assert len(queries) <= allowed, f"{len(queries)} for {allowed}:\n" + "\n".join(sql[:200] for sql in queries)


@pytest.fixture(params=[(10, 2), (300, 12)], ids=["10 readers, 2 blocks", "300 readers, 12 blocks"])
def size(request):
    return request.param


@pytest.fixture
def sized(size, monthly, officer, readers):
    """An issue of a lead and blocks of topics, and its readers: most chose one, one chose two, one none."""
    people, count = size
    SenderFactory()
    law, work = monthly.topics.order_by("position")
    readers(people - 2, topics=[law])
    readers(1, topics=[law, work], language="fr")
    readers(1)
    return issue_of(monthly, officer, topics=([law, work] * count)[: count - 1])


@pytest.fixture
def leading(size, sized, published, approver):
    """Puts further blocks into it that lead to our own pages: leading("statements")."""

    def add(kind, **source):
        block = Block.objects.create(mailing=sized, kind=kind, position=sized.blocks.count() + 1, **source)
        rows = [{"label": "Legal aid", "value": 1, "of": 2}] if kind == "figures" else []
        for language in ("en", "fr"):
            BlockText.objects.create(block=block, language=language, heading=f"News {block.pk}", rows=rows)

    def plan(number):
        status = {"status": "published", "published_at": timezone.now(), "addressee": "Governments"}
        return ActionPlan.objects.create(slug=f"plan-{number}", title=f"Plan {number}", **status)

    def make(what):
        for number in range(size[1] // 2):
            if what == "statements":
                add("item", statement=published(f"Statement {number}", fr=f"Texte {number}"))
            else:
                add("figures" if what == "figures" else "item", plan=plan(number))
        return sized

    return make


@pytest.mark.parametrize("name", BEFORE)
def test_a_page_before_the_approval_asks_little(sign_in, officer, sized, name):
    assert_few(queries_of(sign_in(officer), address(name, sized)), "topics")


@pytest.mark.parametrize("name", BEFORE)
def test_an_issue_without_topics_asks_for_none(sign_in, officer, sized, name):
    sized.blocks.update(topic=None)
    assert_few(queries_of(sign_in(officer), address(name, sized)))


@pytest.mark.parametrize("what", [["statements"], ["plans"], ["plans", "figures"]], ids=" and ".join)
@pytest.mark.parametrize("name", ["letter_check", "letter_approve"])
def test_blocks_that_lead_to_our_pages_ask_a_little_more(sign_in, officer, leading, name, what):
    issue = leading(what[-1])
    assert_few(queries_of(sign_in(officer), address(name, issue)), "topics", *what)


@pytest.mark.parametrize("name", ["letter_check", "letter_approve"])
def test_a_list_that_counts_asks_no_more_before_the_start(sign_in, officer, sized, name):
    client = sign_in(officer)
    without = queries_of(client, address(name, sized))
    type(sized.contact_list).objects.update(counts_clicks=True)
    assert len(queries_of(client, address(name, sized))) == len(without)


@pytest.mark.parametrize("count", [1, 4])
def test_saved_audiences_that_are_left_out_are_asked_for_at_once(sign_in, officer, sized, count):
    for number in range(count):
        criteria = {"country": ["FR", "DE", "IT", "ES"][: number + 1]}
        segment = Segment.objects.create(name=f"Left out {number}", criteria=criteria, owner=sized.owner)
        AudienceRule.objects.create(mailing=sized, segment=segment, effect="exclude")
    client = sign_in(officer)
    for name in BEFORE:
        assert_few(queries_of(client, address(name, sized)), "topics", "people chosen by hand")


@pytest.mark.parametrize("again", [False, True], ids=["the first time", "after changes"])
def test_who_decides_reads_a_page_that_asks_little(sign_in, officer, approver, sized, again):
    row = lifecycle.submit(sized, actor=officer, approver=approver)
    if again:
        lifecycle.ask_changes(row, actor=approver, note="Shorter, please.")
        row = lifecycle.submit(Mailing.objects.get(pk=row.pk), actor=officer, approver=approver)
    assert_few(queries_of(sign_in(approver), address("letter_approve", row)), "topics")


def test_who_decides_has_texts_rules_and_blocks_read_once_while_others_wait(sized, officer, approver):
    row = lifecycle.submit(sized, actor=officer, approver=approver)
    with CaptureQueriesContext(connection) as found:
        lifecycle.approve(row, actor=approver, digest=row.review_digest)
    for table in ("mailing_mailingcontent", "mailing_audiencerule", "mailing_blocktext"):
        assert sum(query["sql"].startswith(f'SELECT "{table}"') for query in found) == 1, table


def test_read_again_its_readers_are_compared_as_a_number_and_nobody_is_named(
    sign_in, officer, approver, sized, readers
):
    row = lifecycle.submit(sized, actor=officer, approver=approver)
    lifecycle.ask_changes(row, actor=approver, note="Shorter, please.")
    readers(3)
    row = lifecycle.submit(Mailing.objects.get(pk=row.pk), actor=officer, approver=approver)
    found = sign_in(approver).get(address("letter_approve", row)).context["changes"]
    assert (found.now - found.then, found.joined, found.left) == (3, [], [])


@pytest.fixture
def sending(sized, officer, approver):
    """It left a moment ago."""
    row = lifecycle.submit(sized, actor=officer, approver=approver)
    row = lifecycle.approve(row, actor=approver, digest=row.review_digest)
    lifecycle.schedule(row, actor=officer)
    Mailing.objects.filter(pk=row.pk).update(scheduled_at=row.created_at)
    assert recounting.begin(row.pk)
    return Mailing.objects.get(pk=row.pk)


@pytest.mark.parametrize("name", ["letter_send", "letter_sent"])
def test_a_page_after_the_approval_asks_little(sign_in, officer, approver, sized, name):
    row = lifecycle.submit(sized, actor=officer, approver=approver)
    row = lifecycle.approve(row, actor=approver, digest=row.review_digest)
    if name == "letter_sent":
        lifecycle.schedule(row, actor=officer)
    assert_few(queries_of(sign_in(officer), address(name, row)))


def test_the_report_asks_little(sign_in, officer, sending):
    assert_few(queries_of(sign_in(officer), address("letter_report", sending)))


def test_the_report_of_a_list_that_counts_asks_once_more(size, sign_in, officer, sending):
    CountedLink.objects.bulk_create(
        CountedLink(mailing=sending, short=f"short-{number}", url=f"https://data.example/{number}")
        for number in range(size[1])
    )
    assert_few(queries_of(sign_in(officer), address("letter_report", sending)), "counted links")


def test_the_report_says_what_became_of_it(sign_in, officer, sending):
    first, second, third, *_rest = sending.deliveries.order_by("pk")
    now = timezone.now()
    sending.deliveries.filter(pk__in=[first.pk, second.pk, third.pk]).update(status="sent", sent_at=now)
    sending.deliveries.filter(pk=second.pk).update(bounced_at=now)
    sending.deliveries.filter(pk=third.pk).update(complained_at=now)
    for number, row in enumerate((first, first, third)):
        DeliveryEvent.objects.create(delivery=row, kind="unsubscribed", dedupe_key=f"left {number}")
    report = sign_in(officer).get(address("letter_report", sending)).context["issue"]
    assert (report.delivered, report.bounced, report.left, report.complained) == (2, 1, 2, 1)
    assert report.blocks[:2] == [("Lead", "Block 1"), ("Text", "Block 2")]
