"""The PDF of a statement: its words in Greek, Cyrillic and tables, its tags, its limits, who gets it."""

import io
import os
import time
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from pypdf import PdfReader

from advocacy import pdf, publishing, typesetting
from advocacy.models import StatementText
from tests.factories import StatementTextFactory

GREEK = "Η αποζημίωση είναι δικαίωμα: τα θύματα εμπορίας ανθρώπων δεν πρέπει να περιμένουν."
BULGARIAN = "Обезщетението е право: жертвите на трафик на хора не бива да чакат години."
TABLE = (
    '<h2>Πίνακας</h2><table><thead><tr><th colspan="2">Χώρα и страна</th><th>2026</th></tr></thead><tbody>'
    '<tr><td rowspan="2">Ελλάδα</td><td>ναι</td><td>12</td></tr><tr><td>όχι</td><td>7</td></tr>'
    "<tr><th>България</th><td>да</td><td>9</td></tr></tbody></table>"
)
BODY = f"<p>{GREEK}</p><p>{BULGARIAN}</p>{TABLE}<ul><li>ένα</li><li>две</li></ul>"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path / "pdf"


@pytest.fixture
def greek(published):
    StatementTextFactory(statement=published, language="el", title="Δικαίωμα στην αποζημίωση", body=BODY)
    return published


def read(content):
    return PdfReader(io.BytesIO(content))


def words_of(reader):
    """The text of all pages, without what stands around it on each, spaces as one."""
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def address(row, lang="en"):
    return reverse("public:statement_pdf", kwargs={"lang": lang, "slug": row.slug})


def tags_of(reader):
    """How often each structure tag occurs, and the tags below each."""
    found = {}

    def walk(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            if "/S" in node:
                found.setdefault(node["/S"], []).append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
    return found


def test_greek_cyrillic_and_a_table_can_be_read_out_of_the_pdf_of_a_statement(client, greek):
    response = client.get(address(greek, "el"))
    text = words_of(read(response.content))

    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    for expected in ("Δικαίωμα στην αποζημίωση", GREEK, BULGARIAN, "Χώρα и страна 2026", "όχι 7", "България да 9"):
        assert expected in text
    assert greek.reference in text


def test_it_is_tagged_with_title_language_headings_and_table_cells_for_screen_readers(greek):
    reader = read(pdf.statement_pdf(greek, "el"))
    root, tags = reader.trailer["/Root"], tags_of(read(pdf.statement_pdf(greek, "el")))
    meta = root["/Metadata"].get_data().decode()

    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "el"
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert (reader.metadata.title, reader.metadata.author) == ("Δικαίωμα στην αποζημίωση", greek.owner.name)
    assert "<pdfuaid:part>1</pdfuaid:part>" in meta
    assert "<pdfaid:part>2</pdfaid:part>" in meta
    assert {name: len(tags[name]) for name in ("/Table", "/THead", "/TBody", "/TR", "/TH", "/TD")} == {
        "/Table": 1, "/THead": 1, "/TBody": 1, "/TR": 4, "/TH": 2, "/TD": 8,
    }  # fmt: skip
    assert (len(tags["/H1"]), len(tags["/H2"]), len(tags["/L"]), len(tags["/LI"])) == (1, 1, 1, 2)
    assert "/Figure" not in tags


def test_every_font_is_embedded_and_comes_from_the_typesetter_not_from_the_machine(greek):
    fonts = {}
    for page in read(pdf.statement_pdf(greek, "el")).pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            fonts[inner["/BaseFont"]] = inner["/FontDescriptor"].get_object()

    assert fonts
    assert all("Libertinus" in name for name in fonts)
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in fonts.values())


def test_a_long_table_goes_on_over_pages_under_its_repeated_head(statement):
    rows = "".join(f"<tr><td>country {n}</td><td>{n}</td></tr>" for n in range(120))
    head = "<tr><th>Country of the table</th><th>Cases</th></tr>"
    StatementText.objects.update(body=f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>")
    pages = [page.extract_text() for page in read(pdf.statement_pdf(statement, "en")).pages]

    assert len(pages) >= 3
    assert all("Country of the table" in page for page in pages)
    assert all(f"country {n}" in " ".join(pages) for n in range(120))


def test_a_draft_says_so_on_every_page_and_only_colleagues_get_it(client, sign_in, statement, viewer, own_folder):
    StatementText.objects.update(body="".join(f"<p>Paragraph {n}.</p>" for n in range(90)))
    assert client.get(address(statement)).status_code == 404
    desk = reverse("advocacy:statement_pdf", args=[statement.reference])
    assert client.get(desk).status_code == 302

    response = sign_in(viewer).get(desk)
    pages = [page.extract_text() for page in read(response.content).pages]

    assert len(pages) >= 2
    assert all("Draft, not published" in page for page in pages)
    assert response["Cache-Control"] == "no-store"
    assert not list(own_folder.glob("*.pdf"))


def test_a_published_one_does_not_say_draft_and_has_a_name_to_save_it_under(client, published):
    response = client.get(address(published))

    assert "Draft" not in words_of(read(response.content))
    assert f"Page 1 of {len(read(response.content).pages)}" in words_of(read(response.content))
    assert response["Content-Disposition"] == f'inline; filename="{published.reference}-en.pdf"'
    assert response["Cache-Control"] == "public, max-age=60"
    assert f'/en/statements/{published.slug}/>; rel="canonical"' in response["Link"]


def test_a_language_that_is_missing_is_404_and_a_withdrawn_statement_410(client, published, approver):
    assert client.get(address(published, "fr")).status_code == 404

    publishing.withdraw(published, actor=approver, note="It was wrong.")
    assert client.get(address(published)).status_code == 410


def test_the_same_words_are_the_same_bytes_and_are_set_once(client, published, monkeypatch):
    set_now = []
    real = typesetting.typeset
    monkeypatch.setattr(pdf, "typeset", lambda *args: set_now.append(1) or real(*args))

    first = client.get(address(published) + "?a=1")
    second = client.get(address(published) + "?b=2")
    third = client.get(address(published), headers={"If-None-Match": first["ETag"]})

    assert first.content == second.content
    assert (third.status_code, third.content) == (304, b"")
    assert len(set_now) == 1
    assert real(*document_of(published)) == first.content


def document_of(statement):
    made = pdf.of_statement(statement, statement.texts.get(language="en"))
    return made.document, made.moment


def test_its_creation_date_is_the_moment_of_publication(published):
    type(published).objects.update(published_at=datetime(2026, 10, 18, 9, 30, tzinfo=UTC))
    published.refresh_from_db()

    assert read(pdf.statement_pdf(published, "en")).metadata.creation_date == datetime(2026, 10, 18, 9, 30, tzinfo=UTC)


def test_a_text_that_takes_too_long_gives_a_sentence_and_is_not_tried_again_at_once(client, published, monkeypatch):
    monkeypatch.setattr(typesetting, "SECONDS", 0.001)
    first = client.get(address(published))
    monkeypatch.setattr(typesetting, "SECONDS", 20)
    second = client.get(address(published))

    assert (first.status_code, second.status_code) == (422, 422)
    assert "too long or too tangled" in second.content.decode()
    assert first["Cache-Control"].startswith("no-store")


def test_while_others_are_made_a_reader_is_asked_to_come_back(client, published, monkeypatch):
    from advocacy import pdf_store

    monkeypatch.setattr(pdf_store, "WAIT_SECONDS", 0.1)
    with pdf_store.one_at_a_time():
        response = client.get(address(published))

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert client.get(address(published)).status_code == 200


def test_a_folder_that_cannot_be_written_to_is_a_sentence(client, published, settings, tmp_path):
    (tmp_path / "a file").write_text("in the way")
    settings.MEDIA_ROOT = str(tmp_path / "a file")
    response = client.get(address(published))

    assert response.status_code == 422
    assert "cannot be made on this server now" in response.content.decode()


def test_the_files_that_nobody_asked_for_longest_make_room(client, published, own_folder, monkeypatch):
    from advocacy import pdf_store

    monkeypatch.setattr(pdf_store, "MOST_FILES", 2)
    own_folder.mkdir()
    for age, name in [(300, "oldest"), (200, "older"), (100, "old")]:
        (own_folder / f"{name}.pdf").write_bytes(b"%PDF")
        os.utime(own_folder / f"{name}.pdf", (time.time() - age,) * 2)
    client.get(address(published))

    left = {path.name for path in own_folder.glob("*.pdf")}
    assert len(left) == 2
    assert "old.pdf" in left


def test_a_title_of_nothing_that_can_be_shown_does_not_stop_it(statement):
    StatementText.objects.update(title="\x07", body="<p>Words.</p>")

    assert "Words." in words_of(read(pdf.statement_pdf(statement, "en")))


def test_a_character_without_a_sign_is_told_and_does_not_keep_the_text_from_being_set(statement):
    StatementText.objects.update(body="<p>Thanks 中文 😀 all.</p>")
    text = words_of(read(pdf.statement_pdf(statement, "en")))

    assert "Thanks \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} \N{REPLACEMENT CHARACTER} all." in text
    assert "This PDF cannot show 3 characters of the text" in text


def test_a_confidential_owner_is_printed_by_name_without_an_address(statement):
    owner = statement.owner
    owner.postal_address, owner.phone, owner.email = "Hidden Lane 1", "+000 123", "secret@shelter.example"
    owner.is_confidential = True
    owner.save()
    text = words_of(read(pdf.statement_pdf(statement, "en")))

    assert owner.name in text
    assert not any(hidden in text for hidden in ("Hidden Lane", "+000 123", "secret@shelter.example"))


def test_it_costs_few_queries_and_few_bytes(client, greek, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get(address(greek, "el"))
    content = typesetting.typeset(
        *[getattr(pdf.of_statement(greek, greek.texts.get(language="el")), name) for name in ("document", "moment")]
    )
    # Measured: 0.15 s and 40 kB (docs/adr/0012-pdf.md).
    assert len(content) < 150_000
