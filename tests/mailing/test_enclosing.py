"""Files of a letter: known by their content, few and small, part of what is approved, in every reader's message."""

import io
from email import message_from_bytes
from email.policy import default

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import AuditEvent
from advocacy import attaching
from mailing import enclosing, lifecycle
from mailing.dispatch import sending
from mailing.drafting import make_letter
from mailing.lifecycle import LifecycleError
from mailing.models import Attachment, Mailing
from tests.factories import MailingContentFactory, SenderFactory, StatementFactory, StatementTextFactory
from tests.mailing.transports import FakeTransport

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\nsix points\n%%EOF"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def upload(content=PDF, name="Six points.pdf"):
    return SimpleUploadedFile(name, content)


def attach(letter, officer, content=PDF, name="Six points.pdf", **details):
    return enclosing.attach(letter, actor=officer, upload=upload(content, name), title="The six points", **details)


def picture(*, kind="JPEG", size=(40, 30)):
    image, out, notes = Image.new("RGB", size, "teal"), io.BytesIO(), Image.Exif()
    notes[0x010E] = "taken at the secret house"
    image.save(out, kind, exif=notes)
    return out.getvalue()


def files_of(message):
    parts = message_from_bytes(message, policy=default).iter_attachments()
    return {part.get_filename(): part.get_content() for part in parts}


def test_every_reader_gets_the_file_and_readers_of_a_language_theirs(letter, member, officer, approver, start):
    MailingContentFactory(mailing=letter, language="fr", subject="Les victimes")
    attach(letter, officer)
    attach(letter, officer, PDF + b"\nfr", "Six points en français.pdf", language="fr")
    member(country="IE", email="byrne@parliament.example")
    member(country="FR", email="besson@parliament.example")
    lifecycle.submit(letter, actor=officer, approver=approver)
    lifecycle.approve(letter, actor=approver, digest=lifecycle.reading_digest(Mailing.objects.get(pk=letter.pk))[0])
    transport = FakeTransport()
    start(Mailing.objects.get(pk=letter.pk))
    sending.run(letter.pk, open_with=transport)

    found = {to: files_of(message) for to, message in transport.taken}
    assert found["byrne@parliament.example"] == {"Six_points.pdf": PDF}
    assert found["besson@parliament.example"] == {
        "Six_points.pdf": PDF,
        "Six_points_en_français.pdf": PDF + b"\nfr",
    }
    for _to, message in transport.taken:
        assert max(map(len, message.split(b"\r\n"))) <= 78
        assert message.isascii()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.pdf", "empty"),
        (b"<svg onload=alert(1)>", "picture.svg", "none of the files"),
        (b"MZ\x90\x00", "letter.pdf", "none of the files"),
        (b"<html><script>", "letter.pdf", "none of the files"),
        (b"%PDF-1.7 /JavaScript (app.alert)", "letter.pdf", "script"),
        (b"PK\x03\x04 broken", "letter.docx", "damaged"),
        (b"\xff\xd8\xff broken", "photo.jpg", "damaged"),
        (PDF + b" " * enclosing.LARGEST, "large.pdf", "larger than 5 MB"),
    ],
)
def test_what_may_not_go_along_is_refused_with_the_reason(letter, officer, content, name, words):
    with pytest.raises(LifecycleError, match=words):
        attach(letter, officer, content, name)
    assert not Attachment.objects.exists()
    assert Mailing.objects.get(pk=letter.pk).version == letter.version


def test_a_name_is_made_safe_and_never_twice(letter, officer):
    first = attach(letter, officer, name="../../etc/päss wd.exe")
    second = attach(letter, officer, PDF + b"2", name="päss wd.pdf")
    third = attach(letter, officer, PDF + b"3", name=f"{letter.reference}.pdf")
    assert first.name == "päss_wd.pdf"
    assert second.name == "päss_wd-2.pdf"
    assert third.name == f"{letter.reference}-2.pdf"


def test_a_picture_leaves_without_what_its_camera_wrote(letter, officer):
    content = picture()
    assert b"secret house" in content
    kept = attach(letter, officer, content, "photo.jpg")
    assert b"secret house" not in bytes(kept.content)
    assert Image.open(io.BytesIO(bytes(kept.content))).size == (40, 30)


def test_few_and_small_files_go_along(letter, officer, monkeypatch):
    attach(letter, officer)
    with pytest.raises(LifecycleError, match="attached already"):
        attach(letter, officer)
    monkeypatch.setattr(enclosing, "LARGEST_TOGETHER", len(PDF) + 3)
    with pytest.raises(LifecycleError, match="Together"):
        attach(letter, officer, PDF + b"2")
    monkeypatch.setattr(enclosing, "MOST", 1)
    with pytest.raises(LifecycleError, match="Remove one first"):
        attach(letter, officer, PDF + b"2")


def test_a_file_is_part_of_what_is_approved(waiting, officer, approver):
    seen = waiting.review_digest
    attach(waiting, officer)
    waiting.refresh_from_db()
    assert waiting.status == Mailing.Status.DRAFT
    lifecycle.submit(waiting, actor=officer, approver=approver)
    waiting.refresh_from_db()
    with pytest.raises(lifecycle.Moved):
        lifecycle.approve(waiting, actor=approver, digest=seen)


def test_whether_a_pdf_goes_along_is_part_of_what_is_approved(waiting, officer):
    seen = lifecycle.reading_digest(waiting)[0]
    assert enclosing.choose_paper(waiting, "attached", actor=officer)
    assert not enclosing.choose_paper(waiting, "attached", actor=officer)
    waiting = Mailing.objects.get(pk=waiting.pk)
    assert waiting.status == Mailing.Status.DRAFT
    assert lifecycle.reading_digest(waiting)[0] != seen


def test_a_letter_made_from_a_statement_has_its_files_and_keeps_them(officer, approver):
    SenderFactory(is_default=True)
    statement = StatementFactory(status="draft")
    StatementTextFactory(statement=statement)
    file = attaching.attach(statement, actor=officer, upload=upload(), title="The six points")
    statement.status, statement.approved_by, statement.approved_at = "approved", approver, timezone.now()
    statement.save()
    letter = make_letter(statement, actor=officer)
    assert letter.paper == Mailing.PaperAs.ATTACHED
    [kept] = letter.attachments.all()
    assert (kept.title, bytes(kept.content)) == ("The six points", PDF)
    file.file.delete()
    assert bytes(Attachment.objects.get().content) == PDF


def test_the_panel_attaches_shows_gives_and_takes_out(letter, sign_in, officer):
    client = sign_in(officer)
    write = reverse("mailing:letter_write", args=[letter.reference])
    url = reverse("mailing:letter_file_add", args=[letter.reference])
    answer = client.post(url, {"title": "The six points", "upload": upload()}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[0][0] == f"{write}#files"
    assert "The file goes with each letter." in page
    assert "The six points" in page
    [file] = Attachment.objects.all()
    given = client.get(reverse("mailing:letter_file", args=[letter.reference, file.pk]))
    assert given.content == PDF
    assert given["Content-Disposition"] == 'attachment; filename="Six_points.pdf"'
    assert given["X-Content-Type-Options"] == "nosniff"
    client.post(reverse("mailing:letter_file_remove", args=[letter.reference, file.pk]))
    assert not Attachment.objects.exists()
    sentences = list(AuditEvent.objects.values_list("sentence", flat=True))
    assert f"attached a file of {letter.reference}" in sentences
    assert f"took a file out of {letter.reference}" in sentences


def test_what_is_wrong_with_an_upload_is_said_on_the_page(letter, sign_in, officer):
    client = sign_in(officer)
    url = reverse("mailing:letter_file_add", args=[letter.reference])
    page = client.post(url, {"title": "", "upload": upload()}, follow=True).content.decode()
    assert "Not attached. What it is: This field is required." in page
    page = client.post(url, {"title": "X", "upload": upload(b"MZ")}, follow=True).content.decode()
    assert "Not attached. This is none of the files that can be attached" in page


def test_a_file_of_a_letter_that_one_may_not_see_is_not_there(letter, officer, stranger, sign_in):
    file = attach(letter, officer)
    client = sign_in(stranger)
    assert client.get(reverse("mailing:letter_file", args=[letter.reference, file.pk])).status_code == 404
    assert client.post(reverse("mailing:letter_file_remove", args=[letter.reference, file.pk])).status_code == 404
    assert Attachment.objects.count() == 1


def test_once_it_is_sending_the_files_stay_as_they_are(approved, officer, start):
    start(approved)
    with pytest.raises(LifecycleError, match="Sending has started"):
        attach(approved, officer)
