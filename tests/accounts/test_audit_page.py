"""Settings → Who did what: sentences, filters, pages, and a CSV file that runs nothing."""

import csv
from io import StringIO

import pytest
from django.urls import reverse

from accounts.audit import record
from accounts.exports import safe_cell


@pytest.fixture
def reader(client, administrator):
    client.force_login(administrator)
    return client


def test_an_empty_trail_says_what_will_stand_here(reader):
    assert "Nothing has been done yet" in reader.get(reverse("desk:audit")).content.decode()


def test_each_event_is_a_sentence_newest_first(reader, officer, approver):
    record(officer, "wrote version 3 of TST-2026-001", label="TST-2026-001")
    record(approver, "approved version 3 of TST-2026-001", label="TST-2026-001")
    page = reader.get(reverse("desk:audit")).content.decode()
    assert "<strong>Boris Editor</strong> wrote version 3 of TST-2026-001" in page
    assert page.index("Ilse Approver</strong>") < page.index("Boris Editor</strong>")


def test_the_trail_narrows_to_one_person_and_to_words(reader, officer, approver):
    record(officer, "wrote version 3")
    record(officer, "asked for approval")
    record(approver, "approved version 3")
    record(None, "sealed the trail")
    assert sentences(reader, person=officer.pk) == ["asked for approval", "wrote version 3"]
    assert sentences(reader, person=officer.pk, text="Version") == ["wrote version 3"]
    assert sentences(reader, person="system") == ["sealed the trail"]


def test_filters_that_fit_nothing_say_so(reader, officer):
    record(officer, "wrote version 3")
    assert "Nothing fits" in reader.get(reverse("desk:audit"), {"text": "unicorn"}).content.decode()


@pytest.mark.parametrize("person", ["999999", "x", "1; DROP TABLE", "\0"])
def test_a_person_that_is_not_in_the_list_breaks_nothing(reader, officer, person):
    record(officer, "wrote version 3")
    answer = reader.get(reverse("desk:audit"), {"person": person})
    assert answer.status_code == 200
    assert "not one of the available choices" in answer.content.decode()


def test_fifty_on_a_page_and_the_filter_stays_in_the_links(reader, officer):
    for number in range(60):
        record(officer, f"saved version {number}")
    first = reader.get(reverse("desk:audit"), {"text": "saved"})
    assert len(first.context["page_obj"].object_list) == 50
    assert "?text=saved&amp;page=2" in first.content.decode()
    assert len(reader.get(reverse("desk:audit"), {"page": 2}).context["page_obj"].object_list) == 10
    assert reader.get(reverse("desk:audit"), {"page": "nonsense"}).status_code == 200


def test_the_page_costs_the_same_for_any_number_of_events(reader, officer, django_assert_max_num_queries):
    record(officer, "saved version 0")
    with django_assert_max_num_queries(7):
        reader.get(reverse("desk:audit"))
    for number in range(60):
        record(officer, f"saved version {number}")
    with django_assert_max_num_queries(7):
        reader.get(reverse("desk:audit"))


def test_the_file_holds_all_filtered_rows_and_no_formula(reader, officer, approver):
    for number in range(60):
        record(officer, f"=HYPERLINK({number})", label="@TST")
    record(approver, "approved it")
    answer = reader.get(reverse("desk:audit_csv"), {"person": officer.pk})
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == 60
    assert {row["who"] for row in rows} == {"Boris Editor"}
    assert rows[0]["what"] == "'=HYPERLINK(59)"
    assert rows[0]["about"] == "'@TST"
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(value):
    assert safe_cell(value) == "'" + value


@pytest.mark.parametrize(("value", "cell"), [("Ana", "Ana"), (None, ""), (3, "3"), ("a=b", "a=b")])
def test_a_harmless_cell_stays_as_it_is(value, cell):
    assert safe_cell(value) == cell


def sentences(client, **query):
    return [event.sentence for event in client.get(reverse("desk:audit"), query).context["page_obj"]]
