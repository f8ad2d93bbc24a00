"""What people and programs may send to the pages of issues: markup, addresses, sizes, numbers. Never a 500."""

import pytest
from django.urls import reverse

from mailing.issues import blocks
from mailing.models import Block, BlockText, MailingContent
from tests.mailing.issues.hands import address, opened, page

pytestmark = pytest.mark.django_db

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '<p style="background:url(https://x.example)" onclick="x()">Words</p>',
    '<a href="javascript:alert(1)">Words</a>',
    '<a href="//x.example/">Words</a>',
    "<p><![CDATA[x]]></p>",
    "<svg><style>@import 'https://x.example'</style></svg>",
    '<iframe src="https://x.example"></iframe><p>Words</p>',
    "<p>" * 3000,
]


@pytest.fixture
def lead(issue):
    return Block.objects.get(mailing=issue)


def save(desk, issue, **fields):
    return desk.post(address("issue_write", issue, lang="en"), {**opened(desk, issue), **fields})


@pytest.mark.parametrize("body", HOSTILE)
def test_markup_that_acts_or_loads_is_never_kept(desk, issue, lead, body):
    assert save(desk, issue, **{f"b{lead.pk}-body": body, f"b{lead.pk}-heading": body[:200]}).status_code in (302, 422)
    kept = BlockText.objects.get(block=lead).body
    assert not any(word in kept for word in ("script", "onerror", "onclick", "style", "iframe", "x.example", "svg"))
    shown = desk.get(address("issue_write", issue)).content.decode()
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown


def test_what_stands_on_one_line_holds_no_sign_that_a_header_cannot(desk, issue, lead):
    typed = "Who\x02 pays\r\nBcc: x@evil.example"
    save(desk, issue, subject=typed, preheader=typed, **{f"b{lead.pk}-heading": typed})
    content = MailingContent.objects.get(mailing=issue, language="en")
    expected = "Who pays Bcc: x@evil.example"
    assert (content.subject, content.preheader, BlockText.objects.get(block=lead).heading) == (expected,) * 3


@pytest.mark.parametrize("words", ["{{ request.user.password }}", "{% load x %}", "{{ salutation }}", "{% raw %}"])
def test_the_syntax_of_templates_stays_words(desk, issue, lead, words):
    save(desk, issue, subject=words, **{f"b{lead.pk}-heading": words, f"b{lead.pk}-body": f"<p>{words}</p>"})
    text = BlockText.objects.get(block=lead)
    assert (text.heading, text.body) == (words, f"<p>{words}</p>")
    assert words in page(desk.get(address("issue_write", issue)))


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "http://example.org/",
        "//example.org/",
        "data:text/html,x",
        "https://",
        "https://a b.example/",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://[::1",
        "https://user:pass@example.org/",
        "mailto:nobody",
        "/desk/",
        "ftp://example.org/",
    ],
)
def test_an_address_that_cannot_be_a_link_is_refused_with_a_reason(desk, issue, lead, url):
    answer = save(desk, issue, **{f"b{lead.pk}-label": "Go", f"b{lead.pk}-url": url})
    assert answer.status_code == 422
    assert "This address cannot be a link" in page(answer)
    assert BlockText.objects.get(block=lead).url == ""


@pytest.mark.parametrize(
    "url", ["https://example.org/a?b=c#d", "mailto:office@example.org", "https://münchen.example/"]
)
def test_addresses_that_work_are_kept_as_they_are(desk, issue, lead, url):
    save(desk, issue, **{f"b{lead.pk}-label": "Go", f"b{lead.pk}-url": url})
    assert BlockText.objects.get(block=lead).url == url


def test_texts_that_are_too_long_say_so(desk, issue, lead):
    for name, value in (
        ("subject", "x" * 151),
        ("preheader", "x" * 141),
        (f"b{lead.pk}-heading", "x" * 201),
        (f"b{lead.pk}-body", f"<p>{'x' * 20_001}</p>"),
        (f"b{lead.pk}-url", "https://example.org/" + "x" * 500),
    ):
        assert save(desk, issue, **{name: value}).status_code == 422, name
    assert MailingContent.objects.get(mailing=issue).subject == "November"


@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 30, "١"])
def test_nonsense_in_hidden_fields_breaks_nothing(desk, issue, lead, value):
    for name in ("edition", f"b{lead.pk}-edition", f"b{lead.pk}-topic", f"b{lead.pk}-topic_before", "page"):
        answer = save(desk, issue, **{name: value, "subject": "Tried"})
        assert answer.status_code in (302, 409, 422), (name, answer.status_code)


def test_numbers_that_no_row_can_hold_break_nothing(desk, issue):
    figures = blocks.add(issue, "figures", actor=issue.author)
    for value in ("9" * 400, "1e9", "NaN", "1.5", "٣"):
        key = f"b{figures.pk}-r0"
        answer = save(desk, issue, **{f"{key}-label": "x", f"{key}-value": value, f"{key}-of": "9"})
        assert answer.status_code in (302, 422), value
    dates = blocks.add(issue, "dates", actor=issue.author)
    for value in ("0000-00-00", "2026-02-30", "99999-01-01", "tomorrow"):
        answer = save(desk, issue, **{f"b{dates.pk}-r0-day": value, f"b{dates.pk}-r0-text": "x"})
        assert answer.status_code == 422, value


def test_a_thousand_rows_are_cut_and_not_kept(desk, issue):
    dates = blocks.add(issue, "dates", actor=issue.author)
    more = {}
    for number in range(300):
        more |= {f"b{dates.pk}-r{number}-day": "2026-12-09", f"b{dates.pk}-r{number}-text": "x"}
    save(desk, issue, **more)
    assert len(dates.texts.get().rows) == blocks.MOST_ROWS


def test_blocks_are_no_more_than_a_form_can_send(desk, issue):
    sent = opened(desk, issue)
    for kind, most in (("dates", blocks.MOST_LISTING), ("text", blocks.MOST_BLOCKS - blocks.MOST_LISTING - 1)):
        for _number in range(most + 2):
            desk.post(address("block_add", issue, lang="en"), {**sent, "kind": kind})
        assert issue.blocks.filter(kind=kind).count() == most
    full = opened(desk, issue)
    assert len(full) < 900
    assert save(desk, issue, subject="All of it").status_code == 302
    assert MailingContent.objects.get(mailing=issue).subject == "All of it"
    assert "25 blocks at most" in page(desk.get(address("issue_write", issue)))


@pytest.mark.parametrize("reference", ["x", "DEM-N-2026-999", "%00", "..", "a" * 300])
def test_an_issue_that_is_not_there_is_a_404(desk, reference):
    assert desk.get(f"/desk/newsletters/{reference}/write/").status_code == 404


def test_a_block_of_another_issue_is_not_touched(desk, issue, monthly, officer):
    from mailing.issues import drafting

    other = drafting.begin(monthly, title="Other", language="en", actor=officer)
    theirs = other.blocks.get()
    desk.post(address("block_remove", issue, theirs.pk, lang="en"), opened(desk, issue))
    sent = {f"b{theirs.pk}-edition": "1", f"b{theirs.pk}-heading": "Mine"}
    assert save(desk, issue, **sent).status_code == 409
    theirs.refresh_from_db()
    assert theirs.texts.get().heading == ""


def test_a_search_for_what_no_database_holds_finds_nothing(desk, issue):
    assert "No issue matches" in page(desk.get(reverse("newsletters:issue_list") + "?q=x%00y&state=%00"))


@pytest.mark.parametrize("asked", ["", "x", "9" * 40, "-1", "0"])
def test_a_list_that_is_not_there_is_no_500(desk, monthly, asked):
    assert desk.get(reverse("newsletters:issue_create") + f"?list={asked}").status_code in (200, 404)


def test_what_was_ticked_and_is_not_offered_is_left_out(desk, monthly):
    from tests.factories import SenderFactory

    SenderFactory()
    take = ["statement-999", "plan-x", "figures-", "dates", "'; DROP TABLE", "x" * 5000]
    sent = {"contact_list": monthly.pk, "title": "N", "language": "en", "take": take, "from": "published"}
    assert desk.post(reverse("newsletters:issue_create"), sent).status_code == 302
    sent |= {"language": "xx"}
    assert desk.post(reverse("newsletters:issue_create"), sent).status_code == 422
    sent |= {"language": "en", "from": "earlier", "earlier": "no\0thing"}
    assert desk.post(reverse("newsletters:issue_create"), sent).status_code == 422
