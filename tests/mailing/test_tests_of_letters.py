"""A test goes to oneself as a reader would get it, in one language or in each; nobody else gets anything."""

import email
import email.policy
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from advocacy.typesetting import PdfError
from mailing import enclosing, paper_words
from mailing.models import Delivery, Mailing
from tests.factories import MailingContentFactory
from transport.models import SystemMail, SystemMailFile
from transport.outbox import message_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(letter, member, sign_in, officer):
    """Presses the button of the card on the page of the checklist; two people read English, one French."""
    MailingContentFactory(mailing=letter, language="fr", subject="Indemnisation")
    for country in ("IE", "FR", "IE"):
        member(country=country)
    client = sign_in(officer)

    def press(**fields):
        url = reverse("mailing:letter_test", args=[letter.reference])
        return client.post(url, {"to": "boris@platform.example", **fields}, follow=True).content.decode()

    return press


def test_one_in_each_language_is_offered_and_sent(post):
    shown = post(each="1")
    assert "2 tests are on their way to boris@platform.example, one in each language." in shown
    assert "One in each language: 2 messages" in shown
    subjects = {mail.context["subject"] for mail in SystemMail.objects.filter(purpose="plain")}
    assert subjects == {"[Test] Compensation for victims", "[Test] Indemnisation"}
    assert set(SystemMail.objects.values_list("to", flat=True)) == {"boris@platform.example"}
    assert Mailing.objects.get().tested_version == Mailing.objects.get().version
    assert not Delivery.objects.exists()


def test_one_language_that_cannot_be_made_sends_none_and_says_why(post, letter):
    letter.contents.filter(language="fr").update(body="<p>{{ famly_name }}</p>")
    assert "famly_name" in post(each="1")
    assert not SystemMail.objects.exists()
    assert Mailing.objects.get().tested_version is None


def test_a_single_test_is_one_message(post):
    assert "The test is on its way to boris@platform.example." in post(n="1")
    assert SystemMail.objects.count() == 1


def test_a_letter_that_nobody_gets_has_no_test(letter, sign_in, officer):
    url = reverse("mailing:letter_test", args=[letter.reference])
    for fields in ({}, {"each": "1"}):
        shown = sign_in(officer).post(url, {"to": "boris@platform.example", **fields}, follow=True).content.decode()
        assert "Nobody gets this letter yet." in shown
    assert not SystemMail.objects.exists()


def test_a_test_carries_the_pdf_and_the_files_that_its_reader_gets(post, letter, officer):
    Mailing.objects.filter(pk=letter.pk).update(paper=Mailing.PaperAs.ATTACHED)
    for language, content in (("fr", b"%PDF-1.4 six points, in French"), ("", b"%PDF-1.4 the six points")):
        upload = SimpleUploadedFile(f"points{language}.pdf", content)
        enclosing.attach(letter, actor=officer, upload=upload, title="Six points", language=language)
    post(each="1")
    found = {}
    for mail in SystemMail.objects.filter(purpose="plain"):
        message = email.message_from_bytes(message_bytes(mail), policy=email.policy.default)
        assert message.get_body(("plain",)) is not None
        found[mail.language] = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    paper = f"{letter.reference}.pdf"
    assert {language: set(files) for language, files in found.items()} == {
        "en": {paper, "points.pdf"},
        "fr": {paper, "points.pdf", "pointsfr.pdf"},
    }
    assert found["fr"]["pointsfr.pdf"] == b"%PDF-1.4 six points, in French"
    words = PdfReader(io.BytesIO(found["en"][paper])).pages[0].extract_text()
    assert letter.reference in words


def test_a_test_whose_pdf_cannot_be_made_is_not_sent_and_says_why(post, letter, monkeypatch):
    Mailing.objects.filter(pk=letter.pk).update(paper=Mailing.PaperAs.ATTACHED)

    def fail(self, readers):
        raise PdfError("A picture is broken.")

    monkeypatch.setattr(paper_words.Press, "papers", fail)
    assert "The PDF of a letter cannot be made. A picture is broken." in post(n="1")
    assert not SystemMail.objects.exists()
    assert not SystemMailFile.objects.exists()
    assert Mailing.objects.get().tested_version is None
