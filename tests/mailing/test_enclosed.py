"""Files that came with an answer: downloads only, told by their content, and never a page of ours."""

import base64

import pytest
from django.urls import reverse

from mailing import enclosed
from mailing.handling import handle_waiting
from mailing.models import Reply
from tests.payloads import incoming

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def answer_with(*files):
    """An answer with files: (what it says it is, the name it says, content)."""
    parts = ["--b\r\nContent-Type: text/plain\r\n\r\nSee the files.\r\n"]
    for said, name, content in files:
        parts.append(
            f'--b\r\nContent-Type: {said}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
            f"Content-Transfer-Encoding: base64\r\n\r\n{base64.b64encode(content).decode()}\r\n"
        )
    head = 'From: <writer@elsewhere.example>\r\nSubject: Files\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    incoming((head + "".join(parts) + "--b--\r\n").encode())
    handle_waiting()
    return Reply.objects.get()


@pytest.fixture
def take(officer, sign_in):
    client = sign_in(officer)
    return lambda reply, number=1: client.get(reverse("replies:file", args=[reply.pk, number]))


def test_a_page_that_calls_itself_a_picture_leaves_as_bytes_nobody_runs(take):
    reply = answer_with(("image/png", "photo.png", b"<html><script>alert(1)</script></html>"))
    assert reply.files == 1
    response = take(reply)
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="photo.bin"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("said", "content"),
    [
        ("text/html", b"<p>hello</p>"),
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("application/javascript", b"alert(1)"),
        ("application/pdf", b"%PDF-1.4 /JavaScript (app.alert(1))"),
        ("application/x-msdownload", b"MZ\x90\0"),
    ],
)
def test_what_could_start_something_has_no_type(take, said, content):
    response = take(answer_with((said, "thing.xyz", content)))
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


def test_a_picture_is_a_picture_whatever_it_says(take, officer, sign_in):
    reply = answer_with(("text/html", "page.html", PNG))
    response = take(reply)
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == 'attachment; filename="page.png"'
    assert response.content == PNG


def test_a_name_with_folders_quotes_and_other_letters_is_made_safe(take):
    reply = answer_with(
        ("application/pdf", "../../etc/passwd", b"%PDF-1.4"), ("application/pdf", "писмо.pdf", b"%PDF-1.4")
    )
    assert take(reply, 1)["Content-Disposition"] == 'attachment; filename="passwd.pdf"'
    assert take(reply, 2)["Content-Disposition"] == 'attachment; filename="file-2.pdf"'


def test_the_page_names_the_files_and_warns_of_unknown_kinds(officer, sign_in):
    reply = answer_with(("application/pdf", "programme.pdf", b"%PDF-1.4"), ("text/html", "page.html", b"<b>x</b>"))
    page = sign_in(officer).get(reverse("replies:detail", args=[reply.pk])).content.decode()
    assert "programme.pdf" in page
    assert "be careful" in page
    assert "<b>x</b>" not in page


def test_a_file_that_is_not_there_is_not_found(take, stranger, sign_in):
    reply = answer_with(("application/pdf", "programme.pdf", b"%PDF-1.4"))
    assert take(reply, 2).status_code == 404
    assert take(reply, 0).status_code == 404
    assert sign_in(stranger).get(reverse("replies:file", args=[reply.pk, 1])).status_code == 404


def test_the_files_of_an_emptied_message_are_gone(take):
    reply = answer_with(("application/pdf", "programme.pdf", b"%PDF-1.4"))
    Reply.objects.all().erase()
    assert take(reply).status_code == 404


def test_html_is_shown_as_text(officer, sign_in):
    incoming(
        b"From: <writer@elsewhere.example>\r\nSubject: <b>x</b>\r\nContent-Type: text/html\r\n\r\n"
        b"<p>Hello <img src=x onerror=alert(1)></p><script>alert(2)</script>\r\n"
    )
    handle_waiting()
    reply = Reply.objects.get()
    page = sign_in(officer).get(reverse("replies:detail", args=[reply.pk])).content.decode()
    assert "onerror" not in page
    assert "alert(2)" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_many_files_stop_at_a_number(take):
    reply = answer_with(*[("application/pdf", f"{number}.pdf", b"%PDF-1.4") for number in range(30)])
    assert reply.files == enclosed.MOST_FILES
