"""The archive of newsletters through the API: issues of open lists that have left, and nothing else."""

import pytest

from contacts.models import ContactList
from tests.mailing.archive.conftest import monthly, sent  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


def test_an_issue_that_was_sent_is_listed_and_read_in_each_language(client, sent):  # noqa: F811
    issue = sent(1)
    (row,) = client.get("/api/v1/newsletters").json()["items"]
    assert (row["reference"], row["list_slug"], row["languages"]) == (issue.reference, "network", ["en", "fr"])
    found = client.get(f"/api/v1/newsletters/{issue.reference}?language=fr").json()
    assert found["language"] == "fr"
    english = client.get(f"/api/v1/newsletters/{issue.reference}").json()
    assert "12 countries" in english["html"]
    assert english["corrections"] == []


def test_drafts_closed_lists_and_absent_ones_answer_alike(client, sent):  # noqa: F811
    draft = sent(1, status="draft")
    left = sent(2)
    ContactList.objects.update(is_open=False)
    answers = [client.get(f"/api/v1/newsletters/{name}") for name in (draft.reference, left.reference, "LSI-N-1999-1")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert client.get("/api/v1/newsletters").json()["items"] == []
