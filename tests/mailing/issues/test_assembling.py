"""An issue as its readers get it: HTML, plain text and the part of a web page from the same blocks."""

import re
from email import message_from_bytes, policy

import pytest

from mailing import audience
from mailing.dispatch.rendering import Renderer
from mailing.issues.assembling import assembled
from mailing.models import Block, BlockText, Delivery
from tests.mailing.issues.readers import subscribe

pytestmark = pytest.mark.django_db


def put(mailing, kind, *, topic=None, statement=None, plan=None, **words):
    """One more block with its words in English."""
    position = mailing.blocks.count() + 1
    block = Block.objects.create(
        mailing=mailing, kind=kind, position=position, topic=topic, statement=statement, plan=plan
    )
    BlockText.objects.create(block=block, language="en", **words)
    return block


def parts_of(message):
    """Plain text and HTML of a message as a reader's program decodes them."""
    parsed = message_from_bytes(message, policy=policy.default)
    return parsed.get_body(["plain"]).get_content(), parsed.get_body(["html"]).get_content()


@pytest.fixture
def full(issue, published):
    """An issue with a block of every kind."""
    issue.blocks.all().delete()
    put(issue, "lead", heading="We wrote to 106 MEPs", body="<p>Compensation is a <strong>right</strong>.</p>")
    put(issue, "item", statement=published("Pay them & theirs"), heading="Pay them & theirs", body="<p>Ask who.</p>")
    put(issue, "button", label="Write to your MEP", url="https://example.org/take-part/")
    rows = [{"label": "Told of the right", "value": 8, "of": 23}, {"label": "Nobody", "value": 0, "of": 23}]
    put(issue, "figures", heading="Six points", rows=rows)
    put(issue, "dates", heading="Dates", rows=[{"day": "2026-12-09", "text": "Committee vote"}])
    news = [{"title": "A map", "url": "https://example.org/map/", "text": "What works."}]
    put(issue, "members", heading="From our members", rows=news)
    return issue


def test_every_block_stands_in_both_parts(full):
    made = assembled(full, "en", frozenset())
    for words in ("Write to your MEP", "Told of the right", "8 of 23", "9 December", "Committee vote", "A map"):
        assert words in made.html, words
        assert words in made.text, words
    assert "SIX POINTS\n----------\n" in made.text
    assert "https://example.org/take-part/" in made.text.splitlines()
    assert re.search(r'<td class="fill"[^>]* width="35%"', made.html)


def test_every_link_of_the_html_stands_in_the_text(full):
    made = assembled(full, "en", frozenset())
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', made.html)}
    assert len(links) >= 6
    assert {link for link in links if link not in made.text} == set()


def test_styles_stand_on_the_elements(full):
    html = assembled(full, "en", frozenset()).html
    assert html.count("<style") == 1
    assert re.search(r"<h1 style=\"[^\"]*font: ?700 31px", html)
    assert 'lang="en" dir="ltr"' in html
    assert "<img" not in html
    assert max(map(len, html.splitlines())) < 4000


def test_braces_and_tags_of_a_text_stay_text(issue):
    issue.blocks.all().delete()
    put(issue, "lead", heading="{{ salutation }} <b>{% if %}</b>", body="<p>{{ unsubscribe_link }} {% raw %}</p>")
    made = assembled(issue, "en", frozenset())
    assert "{{ salutation }} &lt;b&gt;{% if %}&lt;/b&gt;" in made.html
    assert "{{ unsubscribe_link }} {% raw %}" in made.html
    assert "{{ unsubscribe_link }} {% raw %}" in made.text


def test_an_item_of_a_topic_is_for_those_who_chose_it(reviewed, monthly):
    law, work = monthly.topics.order_by("position")
    made = assembled(reviewed, "en", frozenset([law.pk]))
    assert "Words 2 (en)." in made.html
    assert "Words 3 (en)." not in made.html + made.text
    assert "For readers of “Law in Brussels”" in made.text
    nothing = assembled(reviewed, "en", frozenset())
    assert "Words 1 (en)." in nothing.html
    assert "Words 2 (en)." not in nothing.html
    assert work.pk != law.pk


def test_a_part_of_a_web_page_has_nothing_of_one_reader_and_no_style(full):
    page = assembled(full, "en", frozenset(), where="web").html
    assert "style=" not in page
    assert "/u/" not in page
    assert "/p/" not in page
    assert '<rect width="35" height="10"/>' in page
    assert '<time datetime="2026-12-09">' in page


def test_messages_from_the_skeleton_are_those_made_the_slow_way(reviewed, monthly):
    law, work = monthly.topics.order_by("position")
    subscribe(monthly, topics=[law], given_name="Ána", family_name="O'Neill & Søn")
    subscribe(monthly, topics=[law, work], language="fr")
    subscribe(monthly)
    audience.freeze(reviewed)
    rows = list(Delivery.objects.filter(mailing=reviewed, status="queued"))
    assert len(rows) == 3
    fast, slow = Renderer(reviewed), Renderer(reviewed)
    fast.date = slow.date = fast.date
    for row in rows:
        assert fast.message(row) == slow.message_without_skeleton(row)
    assert reviewed.skeletons.count() == 3
    text, html = parts_of(fast.message(next(row for row in rows if row.language == "fr")))
    assert "parce que vous vous y êtes abonné·e le" in text
    assert "Words 3 (fr)." in html
    assert f"/p/{re.search(r'/u/([^/]+)/', html)[1]}/" in html
    assert "\n-- \n" in text.replace("\r\n", "\n")


def test_a_reader_whose_day_is_not_known_is_told_without_it(reviewed, monthly):
    subscribe(monthly)
    audience.freeze(reviewed)
    row = Delivery.objects.get(mailing=reviewed, status="queued")
    row.context = {**row.context, "subscribed_on": ""}
    renderer = Renderer(reviewed)
    text, html = parts_of(renderer.message(row))
    assert "because you subscribed to it." in text
    assert "because you subscribed to it." in html
    assert renderer.message(row) == renderer.message_without_skeleton(row)
