"""The organisation's paper: address and logo, what a change does to letters that wait, and what is never printed."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from contacts.models import Organisation
from mailing import pictures
from mailing.letterheads import save_letterhead
from mailing.lifecycle import LifecycleError
from mailing.models import Letterhead, Mailing
from mailing.paper_words import Press, Reader, specimen
from tests.factories import MailingContentFactory, MailingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def logo(kind="PNG", size=(1200, 400)):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return SimpleUploadedFile("logo.svg", out.getvalue())


def pages_of(content):
    return PdfReader(io.BytesIO(content)).pages


def test_address_and_logo_are_kept_and_stand_on_paper(sign_in, administrator):
    client = sign_in(administrator)
    url = reverse("mailing:letterhead")
    answer = client.post(url, {"address": " Street 1 \n\n1000 Brussels", "logo": logo()}, follow=True)
    assert "Saved." in answer.content.decode()
    platform = Organisation.objects.platform()
    assert platform.postal_address == "Street 1\n1000 Brussels"
    kept = Letterhead.objects.get()
    assert Image.open(io.BytesIO(bytes(kept.logo))).size == (900, 300)
    [page] = pages_of(client.get(reverse("mailing:letterhead_specimen")).content)
    assert "Street 1" in page.extract_text()
    assert len(page.images) == 1
    client.post(url, {"address": "", "without_logo": "on"})
    assert not Letterhead.objects.get().logo
    assert not Organisation.objects.platform().postal_address


def test_what_is_no_picture_is_refused_on_the_page(sign_in, administrator):
    answer = sign_in(administrator).post(
        reverse("mailing:letterhead"), {"address": "", "logo": SimpleUploadedFile("logo.png", b"<svg/>")}
    )
    assert answer.status_code == 422
    assert "neither a PNG nor a JPEG" in answer.content.decode()


def test_a_picture_of_too_many_dots_is_refused(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_DOTS", 100)
    with pytest.raises(pictures.PictureError, match="25 million"):
        pictures.clean(logo(size=(20, 20)).read(), "png")


def test_a_change_takes_waiting_letters_back_and_none_is_possible_while_one_leaves(
    waiting, administrator, officer, approver
):
    platform = Organisation.objects.platform()
    assert save_letterhead(platform, actor=administrator, address="Street 2") == 1
    waiting.refresh_from_db()
    assert waiting.status == Mailing.Status.DRAFT
    assert save_letterhead(platform, actor=administrator, address="Street 2") == 0


def test_the_paper_of_a_letter_that_leaves_stays(approved, start, administrator):
    start(approved)
    with pytest.raises(LifecycleError, match="leaving with these details"):
        save_letterhead(Organisation.objects.platform(), actor=administrator, address="Street 2")


def test_a_secret_address_is_neither_kept_nor_printed(administrator):
    platform = Organisation.objects.platform()
    Organisation.objects.filter(pk=platform.pk).update(postal_address="Secret lane 7", is_confidential=True)
    platform.refresh_from_db()
    with pytest.raises(LifecycleError, match="secret"):
        save_letterhead(platform, actor=administrator, address="Secret lane 8")
    assert "Secret lane" not in pages_of(specimen(platform))[0].extract_text()
    mailing = MailingFactory()
    MailingContentFactory(mailing=mailing)
    [paper] = Press(mailing).papers([Reader("en", {"name": "A B", "salutation": "Dear", "closing": "Yours"})])
    assert "Secret lane" not in pages_of(paper)[0].extract_text()
