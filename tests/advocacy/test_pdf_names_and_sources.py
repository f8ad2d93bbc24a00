"""What stands under a statement in its PDF: who signed, in the order of the rule, and the sources it cites."""

import io

import pytest
from pypdf import PdfReader

from advocacy import pdf
from advocacy.models import Statement
from tests.advocacy.sign_on_cast import answer, ask, frozen_text, open_sign_on, organisations, quiet_house
from tests.factories import StatementTextFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def reader_of(statement, language="en"):
    return PdfReader(io.BytesIO(pdf.statement_pdf(Statement.objects.get(pk=statement.pk), language)))


def text_of(reader):
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def test_signatories_are_printed_in_the_order_of_the_rule_and_a_secret_one_by_name_alone(client, officer, approver):
    row = frozen_text(officer, approver)
    sign_on = open_sign_on(row, officer)
    for organisation in (organisations()["Zora"], quiet_house()):
        answer(client, ask(sign_on, organisation, officer))
    text = text_of(reader_of(row))

    places = [text.index(name) for name in ("Signed by 3 organisations", "leads", "Quiet House", "Zora", "Bulgaria")]
    assert places == sorted(places)
    assert "Transparency Register number 153882995425-38" in text
    assert not any(hidden in text for hidden in ("Quiet Lane", "safe@quiet.example", "153882995425-39", "ada@"))


def test_no_query_more_for_more_signatories(client, officer, approver, django_assert_max_num_queries):
    row = frozen_text(officer, approver)
    sign_on = open_sign_on(row, officer)
    for organisation in organisations().values():
        answer(client, ask(sign_on, organisation, officer))
    row = Statement.objects.select_related("owner").get(pk=row.pk)
    text = row.texts.get(language="en")

    with django_assert_max_num_queries(10):
        pdf.of_statement(row, text)


def test_a_source_note_is_a_number_in_the_text_that_leads_to_the_list_of_sources(statement):
    body = '<p>Few are paid.[[note: A report, <a href="https://reports.example/1">page 4</a>]] Most wait.</p>'
    statement.texts.update(body=body)
    reader = reader_of(statement)
    text = text_of(reader)

    assert "Few are paid.1 Most wait." in text
    assert text.index("Sources") < text.index("1. A report, page 4")
    links = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    assert any("/Dest" in link or link.get("/A", {}).get("/S") == "/GoTo" for link in links)
    assert any(link.get("/A", {}).get("/URI") == "https://reports.example/1" for link in links)


def test_the_frame_speaks_french_around_a_french_text_and_english_around_a_greek_one(statement):
    StatementTextFactory(statement=statement, language="fr", title="Un droit")
    StatementTextFactory(statement=statement, language="el", title="Δικαίωμα")

    assert "Page 1 sur 1" in text_of(reader_of(statement, "fr"))
    assert "Brouillon" in text_of(reader_of(statement, "fr"))
    assert "Page 1 of 1" in text_of(reader_of(statement, "el"))


def test_without_a_sign_on_there_is_no_list_of_names(statement):
    assert "Signed by" not in text_of(reader_of(statement))
