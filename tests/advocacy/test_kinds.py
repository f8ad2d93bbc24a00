"""What each kind must contain: named on the page, and refused at review."""

import pytest
from django.urls import reverse

from advocacy import publishing
from advocacy.kinds import FIELDS, advice_for, facts_for_readers, missing_for
from advocacy.models import Statement
from advocacy.road import PublishingError
from tests.factories import StatementFactory, StatementTextFactory

FACTS = {
    "statement": {"occasion": "A day", "contact": "Us"},
    "joint_statement": {"occasion": "A day", "contact": "Us"},
    "position_paper": {},
    "press_release": {"release": "immediate", "place": "Brussels", "contact": "Us"},
    "news": {},
    "event_report": {"event_date": "2026-12-02", "place": "Brussels", "host": "A host", "speakers": "Two people"},
}
BODIES = {
    "position_paper": "<h2>Background</h2><p>a</p><h2>Analysis</h2><p>b</p><h2>Our recommendations</h2><p>c</p>"
    "<h2>Recommendations</h2><p>d</p><h2>Sources</h2><p>e</p>",
    "press_release": "<p>A lead.</p><p>“We wait,” said a person.</p><h2>About us</h2><p>x</p><p>ENDS</p>",
}


def make(kind, *, language="en", details=None, body="<p>We call on governments to act.</p>", summary="In short."):
    row = StatementFactory(kind=kind, source_language=language, details=FACTS[kind] if details is None else details)
    body = BODIES.get(kind, body) if body == "<p>We call on governments to act.</p>" else body
    StatementTextFactory(statement=row, language=language, body=body, summary=summary)
    return row


@pytest.mark.parametrize("kind", Statement.Kind.values)
def test_what_has_everything_lacks_nothing(kind, db):
    assert missing_for(make(kind)) == []


@pytest.mark.parametrize("kind", Statement.Kind.values)
def test_every_required_fact_is_asked_for_by_its_own_sentence(kind, db):
    must, _may = FIELDS[kind]

    assert len(missing_for(make(kind, details={}))) == len(must)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("<h2>Background</h2>", "“Background”"),
        ("<h2>Analysis</h2>", "“Analysis”"),
        ("<h2>Recommendations</h2>", "“Recommendations”"),
        ("<h2>Sources</h2>", "Name the sources"),
    ],
)
def test_a_position_paper_names_the_part_it_lacks(db, part, words):
    body = BODIES["position_paper"].replace("<h2>Our recommendations</h2>", "").replace(part, "")

    (sentence,) = missing_for(make("position_paper", body=body))
    assert words in sentence


def test_a_position_paper_opens_with_a_summary_and_a_link_is_a_source(db):
    body = BODIES["position_paper"].replace("<h2>Sources</h2><p>e</p>", '<p><a href="https://x.example">e</a></p>')

    (sentence,) = missing_for(make("position_paper", body=body, summary=""))
    assert "summary" in sentence


@pytest.mark.parametrize(
    ("part", "words"), [("“We wait,”", "quotes somebody"), ("<h2>About us</h2>", "“About”"), ("<p>ENDS</p>", "ENDS")]
)
def test_a_press_release_names_the_part_it_lacks(db, part, words):
    body = BODIES["press_release"].replace(part, "").replace("”", "")

    assert any(words in sentence for sentence in missing_for(make("press_release", body=body)))


def test_an_embargo_needs_its_end(db):
    row = make("press_release", details={**FACTS["press_release"], "release": "embargo"})

    assert missing_for(row) == ["Say until when the embargo lasts."]


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("fr", "<h2>Contexte</h2><p>a</p><h2>Analyse</h2><p>b</p><h2>Nos demandes</h2><p>c</p><h2>Références</h2>"),
        ("de", "<h2>Hintergrund</h2><p>a</p><h2>Analyse</h2><p>b</p><h2>Empfehlungen</h2><p>c</p><h2>Quellen</h2>"),
        ("uk", "<h2>Контекст</h2><p>a</p><h2>Аналіз</h2><p>b</p><h2>Рекомендації</h2><p>c</p><h2>Джерела</h2>"),
        ("mt", "<p>A language whose headings nobody told the program.</p>"),
    ],
)
def test_parts_are_recognised_in_other_languages_or_not_judged(db, language, body):
    assert missing_for(make("position_paper", language=language, body=body)) == []


def test_advice_holds_nobody_up(officer, approver):
    row = make("statement", body="<p>Nothing is asked here.</p>", summary="")
    row.author = officer

    assert (missing_for(row), len(advice_for(row))) == ([], 2)
    publishing.submit(row, actor=officer)
    assert row.status == "in_review"


def test_review_is_refused_with_what_is_missing_and_the_page_links_to_it(sign_in, officer, approver):
    row = make("statement", details={})
    with pytest.raises(PublishingError, match="on which occasion"):
        publishing.submit(row, actor=officer)

    client = sign_in(officer)
    page = client.get(reverse("advocacy:statement_detail", args=[row.reference])).content.decode()
    assert "Say on which occasion" in page
    assert reverse("advocacy:statement_details", args=[row.reference]) in page
    answer = client.post(reverse("advocacy:statement_review", args=[row.reference]))
    assert (answer.status_code, "Say whom readers" in answer.content.decode()) == (409, True)


def test_the_page_of_facts_saves_them_and_says_what_is_wrong(sign_in, officer):
    row = make("press_release", details={})
    client = sign_in(officer)
    address = reverse("advocacy:statement_details", args=[row.reference])

    wrong = client.post(address, {"release": "embargo", "place": "Brussels", "contact": "Us"})
    assert (wrong.status_code, "Say until when" in wrong.content.decode()) == (422, True)
    facts = {"release": "embargo", "embargo_until": "2036-10-18T09:00", "place": "Brussels", "contact": "Us"}
    assert "are saved" in client.post(address, facts, follow=True).content.decode()
    row.refresh_from_db()
    assert (row.details["place"], row.embargo_until.year) == ("Brussels", 2036)
    assert facts_for_readers(row) == [("Place", "Brussels"), ("Contact for readers", "Us")]
    client.post(address, {**facts, "release": "immediate"})
    row.refresh_from_db()
    assert row.embargo_until is None


def test_the_day_of_an_event_is_shown_as_people_write_it(db):
    assert ("Date of the event", "2 December 2026") in facts_for_readers(make("event_report"))


def test_a_source_that_nobody_has_holds_up_review_and_publication(officer, approver):
    row = make("statement")
    text = row.texts.get()
    text.body += "<p>We met 90 people [[source: not-there]].</p>"
    text.save()

    with pytest.raises(PublishingError, match="not in the evidence library: not-there"):
        publishing.submit(row, actor=officer)

    Statement.objects.filter(pk=row.pk).update(
        status="approved", submitted_by=officer, approved_by=approver, approved_at=row.created_at
    )
    row.refresh_from_db()
    with pytest.raises(PublishingError, match="not in the evidence library: not-there"):
        publishing.publish(row, actor=officer)
