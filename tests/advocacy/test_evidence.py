"""The library of figures: found for citations, kept as it was, called stale after a year; where each is cited."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from advocacy import evidence
from advocacy.citing import with_sources
from advocacy.marks import source_mark
from advocacy.models import Evidence, EvidenceVersion
from tests.advocacy.campaign_makers import make_figure
from tests.factories import StatementFactory, StatementTextFactory

pytestmark = pytest.mark.django_db
FIGURE = {
    "claim": "people who claimed wages",
    "figure": "1,204",
    "unit": "people",
    "period": "2025",
    "source": "Harbour House, yearly report",
    "url": "https://harbour.example/report",
}


def at(name, *args):
    return reverse(f"advocacy:{name}", args=args)


def today():
    return timezone.localdate().isoformat()


def cite(figure, **statement):
    return StatementTextFactory(
        statement=StatementFactory(**statement), title="It cites", body=f"<p>Many {source_mark(figure.slug)}.</p>"
    )


def test_figures_are_found_by_their_short_names_and_offered_by_label(django_assert_num_queries):
    make_figure("one")
    make_figure("two", claim="another")
    with django_assert_num_queries(1):
        assert set(evidence.find(["one", "two", "gone"])) == {"one", "two"}
    with django_assert_num_queries(1):
        assert evidence.choices()[0] == ("two", "1,204 people, another, 2025")
    with django_assert_num_queries(0):
        assert evidence.find([]) == {}


def test_an_officer_adds_a_figure_and_its_first_version_is_kept(sign_in, officer):
    answer = sign_in(officer).post(at("evidence_create"), FIGURE | {"checked_on": today()})
    row = Evidence.objects.get()
    assert answer.url == at("evidence_detail", row.slug)
    assert row.slug == "people-who-claimed-wages"
    assert [(version.number, version.facts["figure"]) for version in row.versions.all()] == [(1, "1,204")]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"claim": ""}, "This field is required."),
        ({"source": ""}, "This field is required."),
        ({"url": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"checked_on": "2999-01-01"}, "This day is still to come."),
        ({"figure": "x" * 61}, "at most 60 characters"),
    ],
)
def test_a_wrong_form_says_what_to_do(sign_in, officer, wrong, sentence):
    answer = sign_in(officer).post(at("evidence_create"), FIGURE | {"checked_on": today()} | wrong)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Evidence.objects.exists()


def test_looking_again_makes_it_fresh_without_a_new_version(sign_in, officer):
    client = sign_in(officer)
    client.post(at("evidence_create"), FIGURE | {"checked_on": today()})
    row = Evidence.objects.get()
    Evidence.objects.update(checked_on=timezone.localdate() - dt.timedelta(days=366))
    page = client.get(at("evidence_detail", row.slug)).content.decode()
    assert "Nobody looked at it for more than a year." in page
    assert row.slug in client.get(at("evidence_list"), {"stale": "on"}).content.decode()
    client.post(at("evidence_edit", row.slug), FIGURE | {"checked_on": today()})
    assert "Nobody looked at it" not in client.get(at("evidence_detail", row.slug)).content.decode()
    assert "No figure matches" in client.get(at("evidence_list"), {"stale": "on"}).content.decode()
    assert row.versions.count() == 1


def test_a_figure_is_stale_one_day_after_a_year():
    day = timezone.localdate()
    assert not make_figure("a", checked_on=day - dt.timedelta(days=365)).is_stale
    assert make_figure("b", checked_on=day - dt.timedelta(days=366)).is_stale
    assert [row.slug for row in Evidence.objects.stale()] == ["b"]


def test_a_changed_figure_shows_where_it_is_cited_and_what_it_said(sign_in, officer, approver):
    client = sign_in(officer)
    client.post(at("evidence_create"), FIGURE | {"checked_on": today()})
    row = Evidence.objects.get()
    draft = cite(row)
    said = cite(row, status="published", published_at=timezone.now(), approved_by=approver, approved_at=timezone.now())
    StatementTextFactory(title="It does not", body="<p>people-who-claimed-wages</p>")
    assert [(one.statement, one.keeps_old_words) for one in evidence.citations_of(row)] == [
        (draft.statement, False),
        (said.statement, True),
    ]
    before = timezone.now()
    client.post(at("evidence_edit", row.slug), FIGURE | {"figure": "1,300", "checked_on": today()})
    page = client.get(at("evidence_detail", row.slug)).content.decode()
    assert "<del>1,204</del> <ins>1,300</ins>" in page
    assert draft.statement.reference in page
    assert "keeps its words" in page
    assert "can change" in page
    assert "1,300" in with_sources(draft.body, "en")[1][0].text
    assert "1,204" in with_sources(said.body, "en", at=before)[1][0].text, "a published text keeps its figure"


def test_what_a_figure_said_cannot_be_changed(officer):
    row = Evidence(**FIGURE, slug="kept", checked_on=timezone.localdate())
    evidence.save_evidence(row, actor=officer)
    table = EvidenceVersion._meta.db_table
    for statement in (f"UPDATE {table} SET number = 9", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_search_ignores_accents_and_case_and_costs_the_same_with_any_number(
    sign_in, viewer, django_assert_max_num_queries
):
    for number in range(30):
        make_figure(f"figure-{number}", source="Zürcher Bericht")
    client = sign_in(viewer)
    for url in (at("evidence_list"), at("evidence_list") + "?q=ZURCHER", at("evidence_detail", "figure-1")):
        with django_assert_max_num_queries(12):
            assert "1,204" in client.get(url).content.decode()


def test_a_stranger_reads_no_figure_and_a_reader_changes_none(sign_in, stranger, viewer):
    make_figure("kept")
    assert sign_in(stranger).get(at("evidence_detail", "kept")).status_code == 404
    client = sign_in(viewer)
    assert client.post(at("evidence_edit", "kept"), FIGURE).status_code == 403
    assert "Add a figure" not in client.get(at("evidence_list")).content.decode()
