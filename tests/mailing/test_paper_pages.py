"""PDFs of letters on the pages: before it leaves, of one recipient, of all; and whoever may not see one."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import AuditEvent
from advocacy.typesetting import PdfError
from mailing import bundling, paper_words
from mailing.dispatch import sending
from mailing.models import Delivery, LetterPaper, Mailing
from tests.mailing.transports import FakeTransport

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def words_of(response):
    pages = PdfReader(io.BytesIO(response.content)).pages
    return [" ".join(page.extract_text().split()) for page in pages]


@pytest.fixture
def sent(approved, start):
    """A letter to two people that left."""
    Mailing.objects.filter(pk=approved.pk).update(paper="attached")
    start(approved)
    sending.run(approved.pk, open_with=FakeTransport())
    return approved


def test_the_pdf_of_a_draft_can_be_looked_at_and_is_not_kept(letter, member, sign_in, viewer):
    member(family_name="Besson")
    member(family_name="Byrne")
    client = sign_in(viewer)
    found = client.get(reverse("mailing:letter_paper_preview", args=[letter.reference, 2]))
    assert found["Content-Type"] == "application/pdf"
    assert "Dear Ms Byrne," in words_of(found)[0]
    assert not LetterPaper.objects.exists()
    assert client.get(reverse("mailing:letter_paper_preview", args=[letter.reference, 3])).status_code == 404


def test_why_there_is_no_pdf_stands_on_a_page(letter, member, sign_in, officer, monkeypatch):
    def refuse(*args, **kwargs):
        raise PdfError("This text is too long.")

    member()
    monkeypatch.setattr(paper_words, "typeset_all", refuse)
    answer = sign_in(officer).get(reverse("mailing:letter_paper_preview", args=[letter.reference, 1]))
    assert answer.status_code == 422
    assert "This text is too long." in answer.content.decode()


def test_the_checklist_says_that_the_pdf_cannot_be_made(letter, member, sign_in, officer, monkeypatch):
    def refuse(*args, **kwargs):
        raise PdfError("This text is too long.")

    member()
    Mailing.objects.filter(pk=letter.pk).update(paper="attached")
    client = sign_in(officer)
    url = reverse("mailing:letter_check", args=[letter.reference])
    monkeypatch.setattr(paper_words, "typeset_all", refuse)
    page = client.get(url).content.decode()
    assert "The PDF of the letter cannot be made" in page
    assert "This text is too long." in page
    monkeypatch.undo()
    assert "The PDF on letterhead can be made" in client.get(url).content.decode()


def test_the_pdf_of_one_recipient_is_the_one_that_left(sent, sign_in, viewer):
    row = Delivery.objects.filter(mailing=sent).select_related("paper").first()
    found = sign_in(viewer).get(reverse("mailing:letter_pdf", args=[sent.reference, row.public_id]))
    assert found.content == row.paper_bytes
    assert found["Cache-Control"] == "private, no-store"


def test_all_letters_come_as_one_pdf_and_that_is_written_down(sent, sign_in, officer):
    found = sign_in(officer).get(reverse("mailing:letters_pdf", args=[sent.reference]))
    rows = Delivery.objects.filter(mailing=sent).order_by("pk")
    pages = words_of(found)
    assert len(pages) == 2
    for row, page in zip(rows, pages, strict=True):
        assert row.context["name"] in page
        assert page.endswith(f"{sent.reference} 1")
    assert AuditEvent.objects.filter(sentence=f"took the letters of {sent.reference} as a PDF").count() == 1


def test_many_letters_come_in_parts(sent, sign_in, officer, monkeypatch):
    monkeypatch.setattr(bundling, "MOST", 1)
    client = sign_in(officer)
    url = reverse("mailing:letters_pdf", args=[sent.reference])
    page = client.get(url).content.decode()
    assert "Letters 1 to 1" in page
    assert "Letters 2 to 2" in page
    assert len(words_of(client.get(url, {"part": 2}))) == 1
    assert client.get(url, {"part": 3}).status_code == 404


def test_before_the_first_letter_left_there_are_none(letter, sign_in, officer):
    page = sign_in(officer).get(reverse("mailing:letters_pdf", args=[letter.reference])).content.decode()
    assert "No letter has left yet." in page


def test_nobody_else_sees_them(sent, sign_in, stranger):
    client = sign_in(stranger)
    row = Delivery.objects.filter(mailing=sent).first()
    for url in (
        reverse("mailing:letters_pdf", args=[sent.reference]),
        reverse("mailing:letter_pdf", args=[sent.reference, row.public_id]),
        reverse("mailing:letter_paper_preview", args=[sent.reference, 1]),
    ):
        assert client.get(url).status_code == 404


@pytest.mark.parametrize("name", ["letter_preview", "letter_paper_preview"])
def test_a_letter_beyond_the_last_is_not_found_however_large_its_number(name, approved, sign_in, officer):
    Mailing.objects.filter(pk=approved.pk).update(paper=Mailing.PaperAs.ATTACHED)
    client = sign_in(officer)
    for number, status in ((2, 200), (3, 404), (10**30, 404)):
        found = client.get(reverse(f"mailing:{name}", args=[approved.reference, number]))
        assert found.status_code == status, number
