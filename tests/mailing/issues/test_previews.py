"""An issue before it leaves: for any language and topics, as mail, in the dark and as plain text, with its size."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mailing import archive
from mailing.issues import blocks, drafting, previewing
from mailing.issues.blocks import Words
from mailing.models import Block, Mailing
from tests.factories import UserFactory
from tests.mailing.issues.hands import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(issue, officer, monthly):
    """An issue in two languages: a lead for all, one text for each of two topics."""
    drafting.add_language(issue, "fr", actor=officer)
    lead = issue.blocks.get()
    blocks.put_words(lead, {"en": Words("For everybody"), "fr": Words("Pour tous")}, actor=officer)
    for topic in monthly.topics.all():
        block = blocks.add(issue, "text", actor=officer)
        Block.objects.filter(pk=block.pk).update(topic=topic)
        words = {code: Words(f"On {topic.slug} ({code})", "<p>More.</p>") for code in ("en", "fr")}
        blocks.put_words(block, words, actor=officer)
    return issue


def address(name, issue, **query):
    asked = "&".join(f"{key}={value}" for key, value in {"as": "mail", **query}.items())
    return reverse(f"newsletters:{name}", args=[issue.reference]) + f"?{asked}"


def test_the_message_is_that_of_a_reader_with_these_topics(desk, told, monthly):
    law = monthly.topics.get(slug="law")
    expected = {"all": {"law", "work"}, "none": set(), str(law.pk): {"law"}, "nonsense": {"law", "work"}}
    for asked, topics in expected.items():
        shown = page(desk.get(address("issue_message", told, lang="en", topics=asked)))
        assert "For everybody" in shown
        assert {slug for slug in ("law", "work") if f"On {slug} (en)" in shown} == topics, asked
    assert "Pour tous" in page(desk.get(address("issue_message", told, lang="fr", topics="none")))


def test_the_frame_runs_nothing_loads_nothing_and_is_shown_on_our_pages_alone(desk, told):
    answer = desk.get(address("issue_message", told, lang="en", topics="all"))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy


def test_the_dark_message_is_dark_whatever_the_machine_prefers(desk, told):
    light = page(desk.get(address("issue_message", told, lang="en", topics="all")))
    dark = page(desk.get(address("issue_message", told, lang="en", topics="all", **{"as": "dark"})))
    assert "prefers-color-scheme: dark" in light
    assert "prefers-color-scheme: dark" not in dark
    assert dark.count("@media all") == light.count("@media (prefers-color-scheme: dark)")


def test_the_web_page_is_seen_before_there_is_one(desk, told):
    shown = page(desk.get(address("issue_preview", told, lang="fr", **{"as": "web"})))
    assert reverse("newsletters:issue_web", args=[told.reference]) in shown
    answer = desk.get(reverse("newsletters:issue_web", args=[told.reference]) + "?lang=fr")
    body = page(answer)
    assert 'class="p-issue" lang="fr"' in body
    # Everybody may read the parts of every topic there, and nothing of one reader.
    assert all(words in body for words in ("Pour tous", "On law (fr)", "On work (fr)"))
    assert "/u/" not in body
    assert "/p/" not in body
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "form-action 'none'" in policy
    assert "script-src" not in policy
    # It is for colleagues alone, and makes nothing public.
    stranger = Client()
    assert stranger.get(reverse("newsletters:issue_web", args=[told.reference]) + "?lang=fr").status_code == 302
    assert desk.get(reverse("newsletters:issue_web", args=[told.reference]) + "?lang=xx").status_code == 404
    assert not told.web_versions.exists()
    assert stranger.get(f"/fr/newsletter/{told.reference.lower()}/").status_code == 404


def test_an_issue_of_a_closed_list_has_no_web_page(desk, told, monthly):
    type(monthly).objects.filter(pk=monthly.pk).update(is_open=False)
    assert "On the web" not in page(desk.get(address("issue_preview", told, lang="en")))
    assert desk.get(reverse("newsletters:issue_web", args=[told.reference]) + "?lang=en").status_code == 404


def test_the_web_page_of_an_issue_that_left_is_the_one_that_stands(desk, told):
    told.contents.update(is_reviewed=True)
    archive.freeze_web(told)
    told.web_versions.filter(language="en").update(html="<p>As it was corrected.</p>")
    assert "As it was corrected." in page(
        desk.get(reverse("newsletters:issue_web", args=[told.reference]) + "?lang=en")
    )


@pytest.mark.parametrize(("manner", "stands"), [("mail", True), ("dark", True), ("text", True), ("web", False)])
def test_subject_and_preheader_stand_above_what_an_inbox_gets(desk, told, manner, stands):
    told.contents.filter(language="fr").update(subject="Qui paie ?", preheader="Ce mois-ci")
    shown = page(desk.get(address("issue_preview", told, lang="fr", **{"as": manner})))
    assert ('<dd lang="fr"><strong>Qui paie ?</strong></dd>' in shown) is stands
    assert ('<dd lang="fr">Ce mois-ci</dd>' in shown) is stands


def test_the_plain_text_stands_on_the_page(desk, told):
    shown = page(desk.get(address("issue_preview", told, lang="fr", topics="none", **{"as": "text"})))
    assert "POUR TOUS" in shown
    assert "ON LAW" not in shown
    assert "<iframe" not in shown


def test_the_plain_text_has_the_lines_that_leave(told, officer):
    lead = told.blocks.get(kind="lead")
    blocks.put_words(lead, {"en": Words("Long", f"<p>{'many words ' * 60}</p>")}, actor=officer)
    text = previewing.shown(told, "en", frozenset()).text
    assert "many words" in text
    assert max(len(line) for line in text.splitlines() if "http" not in line) <= 72


def test_the_size_is_that_of_the_largest_version(desk, told, officer):
    small = previewing.largest(told)
    assert not small.is_clipped
    assert f"{small.kb} KB of 102 at most" in page(desk.get(address("issue_preview", told)))
    lead = told.blocks.get(kind="lead")
    blocks.put_words(lead, {"fr": Words("Pour tous", f"<p>{'mot ' * 30_000}</p>")}, actor=officer)
    large = previewing.largest(Mailing.objects.get(pk=told.pk))
    assert (large.language, large.is_clipped) == ("fr", True)
    assert "Gmail cuts it off" in page(desk.get(address("issue_preview", told)))


@pytest.mark.parametrize("query", ["lang=xx", "lang=&topics=99999999999999999999", "as=<script>", "topics=-1&as=text"])
def test_nonsense_in_the_address_breaks_nothing(desk, told, query):
    answer = desk.get(reverse("newsletters:issue_preview", args=[told.reference]) + f"?{query}")
    assert answer.status_code == 200
    framed = desk.get(reverse("newsletters:issue_message", args=[told.reference]) + f"?{query}")
    assert framed.status_code in (200, 404)


def test_an_issue_without_blocks_can_be_looked_at(desk, issue):
    Block.objects.all().delete()
    assert desk.get(address("issue_message", issue, lang="en")).status_code == 200


def test_a_viewer_looks_and_another_organisation_finds_nothing(sign_in, viewer, told):
    from contacts.models import Organisation

    client = sign_in(viewer)
    assert client.get(address("issue_preview", told)).status_code == 200
    stranger = UserFactory(affiliation=Organisation.objects.create(name="Another house"))
    client = sign_in(stranger)
    for name in ("issue_preview", "issue_message"):
        assert client.get(address(name, told, lang="en")).status_code == 404


def test_a_preview_costs_the_same_for_five_blocks_and_for_twenty_five(desk, told, officer, published, monthly):
    statements = [published(f"Statement {number}") for number in range(8)]

    def cost():
        url = address("issue_preview", told, lang="en", topics="all", **{"as": "text"})
        desk.get(url)
        with CaptureQueriesContext(connection) as captured:
            desk.get(url)
        return [query["sql"] for query in captured]

    def fill(count):
        while told.blocks.count() < count:
            source = statements[told.blocks.count() % 8]
            block = drafting.add_block(told, "item", source=source, actor=officer)
            Block.objects.filter(pk=block.pk).update(topic=monthly.topics.last())

    fill(5)
    few = cost()
    fill(25)
    many = cost()
    assert len(few) == len(many), "\n\n".join(sql[:160] for sql in many)
    assert len(many) <= 12, "\n\n".join(sql[:160] for sql in many)
