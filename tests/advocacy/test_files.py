"""Files of a statement: judged by their content, kept apart, public with the text and never before."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfWriter

from advocacy import attaching, publishing
from advocacy.drafting import new_version
from advocacy.models import Statement, StatementAttachment
from advocacy.road import PublishingError

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


def pdf():
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def packed(*names, mimetype=""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def upload(content, name="paper.pdf"):
    return SimpleUploadedFile(name, content, content_type="text/html")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pdf(), "pdf"),
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 30, "jpg"),
        (packed("[Content_Types].xml", "word/document.xml"), "docx"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (packed("[Content_Types].xml", "ppt/presentation.xml"), "pptx"),
        (packed("content.xml", mimetype=attaching.TYPES["odt"]), "odt"),
    ],
)
def test_the_content_says_what_a_file_is(content, kind):
    assert attaching.kind_of(content) == kind


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<html><script>alert(1)</script>", "none of the files"),
        (b"MZ\x90\0", "none of the files"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "none of the files"),
        (packed("anything.txt"), "none of the files"),
        (packed("word/document.xml"), "none of the files"),
        (packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "macro"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (b"%PDF-1.7 /OpenAction << /JavaScript (app.alert(1)) >>", "script"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(content, told):
    with pytest.raises(PublishingError, match=told):
        attaching.kind_of(content)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Our paper (final).DOCX", "Our_paper_final.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\files\\a.html", "a.pdf"),
        ("résumé\u202efdp.exe", "résuméfdp.pdf"),
        ("page.html.pdf", "page-html.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 80 + ".pdf"),
        ('a"b\r\nSet-Cookie: c=d.pdf', "ab_Set-Cookie_cd.pdf"),
    ],
)
def test_names_are_cleaned_and_end_with_what_the_file_is(name, clean):
    assert attaching.clean_name(name, "pdf") == clean


def test_a_draft_file_is_for_colleagues_and_a_published_one_for_everybody(
    sign_in, client, officer, approver, statement, folder, stranger
):
    row = attaching.attach(statement, actor=officer, upload=upload(pdf(), "Our paper.pdf"), title="The paper")
    inside = reverse("advocacy:file_read", args=[statement.reference, row.pk])
    outside = reverse("public:statement_file", args=["en", statement.slug, row.pk])

    assert client.get(outside).status_code == 404
    assert client.get(inside).status_code == 302
    assert sign_in(stranger).get(inside).status_code == 404
    answer = sign_in(officer).get(inside)
    assert b"".join(answer.streaming_content) == pdf()
    assert "no-store" in answer["Cache-Control"]
    publishing.submit(statement, actor=officer)
    publishing.approve(statement, actor=approver)
    assert client.get(outside).status_code == 404
    publishing.publish(statement, actor=officer)
    client.logout()
    answer = client.get(outside)
    assert b"".join(answer.streaming_content) == pdf()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('attachment; filename="Our_paper.pdf"')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "public" in answer["Cache-Control"]
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [row.file.name.rsplit("/", 1)[-1]]
    publishing.withdraw(statement, actor=approver)
    assert client.get(outside).status_code == 404


def test_a_file_of_one_statement_is_not_found_under_another(client, published, in_review, officer):
    row = StatementAttachment.objects.create(
        statement=new_version(published, actor=officer), title="x", name="x.pdf", kind="pdf", size=1, sha256="a"
    )

    assert client.get(reverse("public:statement_file", args=["en", published.slug, row.pk])).status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_a_404(client, published):
    row = StatementAttachment.objects.create(
        statement=published, title="x", name="x.pdf", kind="pdf", size=1, sha256="a", file="attachments/none"
    )

    assert client.get(reverse("public:statement_file", args=["en", published.slug, row.pk])).status_code == 404


def test_attaching_and_removing_are_edits_and_the_version_keeps_what_was_approved(approved, officer, folder):
    row = attaching.attach(approved, actor=officer, upload=upload(pdf()), title="The paper")
    assert approved.status == "draft"
    version = publishing.submit(approved, actor=officer)
    assert version.details["attachments"] == [{"name": "paper.pdf", "size": row.size, "sha256": row.sha256}]


def test_removing_takes_the_file_from_the_disk(statement, officer, folder, django_capture_on_commit_callbacks):
    row = attaching.attach(statement, actor=officer, upload=upload(pdf()), title="The paper")
    with django_capture_on_commit_callbacks(execute=True):
        attaching.detach(row, actor=officer)

    assert not statement.attachments.exists()
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_the_same_file_twice_and_too_many_and_too_large_are_refused(statement, officer, monkeypatch, folder):
    attaching.attach(statement, actor=officer, upload=upload(pdf()), title="The paper")
    with pytest.raises(PublishingError, match="attached already"):
        attaching.attach(statement, actor=officer, upload=upload(pdf()), title="Again")
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1
    monkeypatch.setattr(attaching, "MOST", 1)
    with pytest.raises(PublishingError, match="ten files"):
        attaching.attach(statement, actor=officer, upload=upload(PNG), title="Another")
    monkeypatch.setattr(attaching, "LARGEST", 10)
    with pytest.raises(PublishingError, match="larger than 15 MB"):
        attaching.attach(statement, actor=officer, upload=upload(PNG), title="Another")
    with pytest.raises(PublishingError, match="empty"):
        attaching.attach(statement, actor=officer, upload=upload(b""), title="Nothing")


def test_a_new_version_gets_copies_of_its_own(statement, officer, approver, folder):
    attaching.attach(statement, actor=officer, upload=upload(pdf()), title="The paper")
    publishing.submit(statement, actor=officer)
    publishing.approve(statement, actor=approver)
    publishing.publish(statement, actor=officer)

    copy = new_version(statement, actor=officer)

    old, new = statement.attachments.get(), copy.attachments.get()
    assert attaching.read(new) == attaching.read(old) == pdf()
    assert old.file.name != new.file.name
    with pytest.raises(PublishingError, match="stays as it was"):
        attaching.detach(old, actor=officer)


def test_the_pages_attach_and_remove_and_say_what_is_wrong(sign_in, officer, statement):
    client = sign_in(officer)
    address = reverse("advocacy:file_add", args=[statement.reference])

    assert "Not attached" in client.post(address, {"title": "x"}).content.decode()
    wrong = client.post(address, {"title": "x", "upload": upload(b"<html>", "x.pdf")})
    assert (wrong.status_code, "none of the files" in wrong.content.decode()) == (409, True)
    page = client.post(address, {"title": "The <i>paper</i>", "upload": upload(pdf())}, follow=True).content.decode()
    assert "The &lt;i&gt;paper&lt;/i&gt;" in page
    row = StatementAttachment.objects.get()
    removal = reverse("advocacy:file_remove", args=[statement.reference, row.pk])
    assert "The file is removed." in client.post(removal, follow=True).content.decode()


def test_bytes_that_only_look_like_a_script_are_no_reason_and_a_packed_file_inside_is():
    stream = b"<< /Length 9 >>\nstream\r\nxx/JS yy/JavaScript \nendstream\nendobj\n"
    assert attaching.kind_of(b"%PDF-1.7\n" + stream * 3 + b"trailer << >>") == "pdf"

    for name in (b"/JS", b"/Launch", b"/EmbeddedFiles"):
        with pytest.raises(PublishingError, match="holds a script"):
            attaching.kind_of(b"%PDF-1.7\n" + stream + name + b" 4 0 R\n" + stream)


def test_a_new_version_of_a_text_whose_file_is_missing_says_so_and_starts_nothing(sign_in, officer, published, folder):
    StatementAttachment.objects.create(
        statement=published, title="Paper", name="paper.pdf", kind="pdf", size=3, sha256="a" * 64, file="attachments/no"
    )
    before = Statement.objects.count()

    answer = sign_in(officer).post(reverse("advocacy:statement_new_version", args=[published.reference]))

    assert answer.status_code == 409
    assert "The file paper.pdf is missing on this server" in answer.content.decode()
    assert Statement.objects.count() == before
