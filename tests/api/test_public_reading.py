"""Everybody reads what is published, in their language; what is hidden is as if it were not there."""

import json

import pytest

from advocacy.models import Statement
from tests.api.rows import HIDDEN, hidden_statement, open_list, published_plan, published_statement

pytestmark = pytest.mark.django_db


def test_published_statements_are_listed_and_drafts_are_not(client):
    statement, draft = published_statement(), hidden_statement()
    found = client.get("/api/v1/statements").json()
    assert [row["reference"] for row in found["items"]] == [statement.reference]
    assert found["total"] == 1
    assert found["next"] is None
    assert found["items"][0]["languages"] == ["en", "fr"]
    assert HIDDEN not in client.get("/api/v1/statements?language=en").content.decode()
    assert client.get(f"/api/v1/statements/{draft.reference}").status_code == 404


def test_a_statement_comes_in_the_language_that_is_asked_for(client):
    statement = published_statement()
    french = client.get(f"/api/v1/statements/{statement.reference}?language=fr").json()
    assert (french["language"], french["title"]) == ("fr", "L'indemnisation est un droit")
    assert french["url"].endswith(f"/fr/statements/{statement.slug}/")
    assert "<p>" in french["html"]
    assert client.get(f"/api/v1/statements/{statement.reference}?language=de").status_code == 404


def test_hidden_withdrawn_and_absent_answer_with_the_same_bytes(client):
    draft, gone = hidden_statement(), published_statement()
    Statement.objects.filter(pk=gone.pk).update(status="withdrawn")
    answers = [client.get(f"/api/v1/statements/{name}") for name in (draft.reference, gone.reference, "TST-S-1999-1")]
    answers.append(client.get("/api/v1/no-such-thing"))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert {answer["Content-Type"] for answer in answers} == {"application/problem+json"}


def test_a_plan_has_its_points_and_its_scores(client):
    plan = published_plan()
    assert [row["slug"] for row in client.get("/api/v1/plans").json()["items"]] == [plan.slug]
    found = client.get(f"/api/v1/plans/{plan.slug}").json()
    scores = client.get(f"/api/v1/plans/{plan.slug}/scores").json()
    assert [point["number"] for point in found["points"]] == [point["number"] for point in scores["points"]]
    table = client.get(f"/api/v1/plans/{plan.slug}/scores.csv")
    assert table["Content-Type"].startswith("text/csv")
    assert table.content.decode().startswith("\ufeffcountry_code,")


def test_a_plan_that_is_not_published_is_not_there(client):
    plan = published_plan()
    type(plan).objects.update(status="draft", published_at=None, approved_by=None, submitted_by=None)
    for address in (f"plans/{plan.slug}", f"plans/{plan.slug}/scores", f"plans/{plan.slug}/scores.csv"):
        assert client.get(f"/api/v1/{address}").status_code == 404
    assert client.get("/api/v1/plans").json()["items"] == []


def test_lists_that_are_open_show_their_wording_and_topics(client):
    row = open_list()
    open_list(name=HIDDEN, slug="inner", is_open=False)
    (found,) = client.get("/api/v1/lists?language=fr").json()
    assert (found["slug"], found["name"], found["wording"]) == (
        row.slug,
        "Lettre du réseau",
        "I want Lettre du réseau.",
    )
    assert found["topics"][0]["name"] == "Events"


def test_an_unchanged_answer_is_not_sent_again(client):
    published_statement()
    first = client.get("/api/v1/statements")
    assert first["Cache-Control"] == "public, max-age=60" or "max-age=60" in first["Cache-Control"]
    again = client.get("/api/v1/statements", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_statement_says_when_it_last_changed(client):
    statement = published_statement()
    first = client.get(f"/api/v1/statements/{statement.reference}")
    again = client.get(
        f"/api/v1/statements/{statement.reference}", headers={"if-modified-since": first["Last-Modified"]}
    )
    assert again.status_code == 304


def test_head_is_get_without_a_body(client):
    assert client.head("/api/v1/statements").status_code == 200


def test_pages_follow_each_other_to_the_end(client):
    for _ in range(5):
        published_statement()
    seen, address = [], "/api/v1/statements?per_page=2"
    while address:
        found = client.get(address).json()
        seen += [row["reference"] for row in found["items"]]
        address = found["next"]
    assert len(seen) == len(set(seen)) == 5
    assert client.get("/api/v1/statements?page=99").json()["items"] == []


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "per_page=101", "language=%00", "language=e", "page=99999999999999999999"]
)
def test_a_bad_query_is_a_sentence_that_says_where(client, query):
    answer = client.get(f"/api/v1/statements?{query}")
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["errors"][0]["where"] == f"query.{query.partition('=')[0]}"
    assert problem["detail"].endswith(".")
    assert problem["title"] == "Unprocessable Content"


def test_a_method_that_is_not_there_is_answered_in_the_same_form(client):
    answer = client.delete("/api/v1/statements")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, OPTIONS"
    assert json.loads(answer.content)["status"] == 405


def test_pages_of_every_site_may_read_what_is_public(client):
    answer = client.get("/api/v1/statements", headers={"origin": "https://anybody.example"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    assert "Set-Cookie" not in answer


def test_a_signed_in_colleague_gets_what_everybody_gets(client, administrator):
    hidden_statement()
    client.force_login(administrator)
    assert client.get("/api/v1/statements").json()["items"] == []
    assert client.get("/api/v1/contacts").status_code == 401


def test_our_own_fault_is_told_in_the_same_form(client, monkeypatch):
    def broken(*arguments):
        raise RuntimeError

    monkeypatch.setattr("desk.api.public.open_lists", broken)
    client.raise_request_exception = False
    answer = client.get("/api/v1/lists")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"].startswith("Something went wrong here")


def test_while_the_site_is_closed_programs_are_told_when_to_come_back(client, settings):
    settings.MAINTENANCE_UNTIL = "2030-01-01T10:00"
    answer = client.get("/api/v1/lists")
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert int(answer["Retry-After"]) >= 300
