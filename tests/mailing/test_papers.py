"""Each recipient's letter as a PDF on letterhead: there before anything leaves, in the message, the same for ever."""

import email
import email.policy
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from advocacy.typesetting import PdfError
from contacts.erasure import erase
from contacts.models import Organisation
from mailing import lifecycle, paper_words, papers, unsubscribe
from mailing.dispatch import sending
from mailing.dispatch.rendering import Renderer, digest, message_bytes
from mailing.models import Delivery, LetterPaper, Mailing, MailingContent
from tests.factories import MailingContentFactory
from tests.mailing.transports import FakeTransport

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_paper(letter):
    """The letter of the other tests, which carries its PDF."""
    Mailing.objects.filter(pk=letter.pk).update(paper=Mailing.PaperAs.ATTACHED)
    letter.refresh_from_db()
    return letter


@pytest.fixture
def begin(officer, approver):
    """Takes a draft all the way to the moment when beat starts it."""

    def run(mailing):
        lifecycle.submit(mailing, actor=officer, approver=approver)
        mailing.refresh_from_db()
        lifecycle.approve(mailing, actor=approver, digest=lifecycle.reading_digest(mailing)[0])
        lifecycle.schedule(mailing, actor=officer)
        Mailing.objects.filter(pk=mailing.pk).update(scheduled_at=timezone.now() - timedelta(seconds=1))
        lifecycle.start_due()
        mailing.refresh_from_db()
        return mailing

    return run


def words_of(content):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def parts_of(message):
    return list(email.message_from_bytes(message, policy=email.policy.default).iter_attachments())


def test_a_letter_carries_its_own_pdf_with_the_reader_and_the_letterhead(on_paper, member, begin):
    Organisation.objects.filter(is_platform=True).update(postal_address="Street 1\nBrussels")
    member(given_name="Claire", family_name="Besson", country="FR", email="besson@parliament.example", group="Renew")
    transport = FakeTransport()
    sending.run(begin(on_paper).pk, open_with=transport)

    [(_to, message)] = transport.taken
    [part] = parts_of(message)
    assert part.get_filename() == f"{on_paper.reference}.pdf"
    assert part.get_content_type() == "application/pdf"
    words = words_of(part.get_content())
    for expected in (
        "Claire Besson", "Renew", "France", "Street 1", "Brussels", "153882995425-37", "Compensation for victims",
        "Dear Ms Besson,", "Please support the six points.", "Yours sincerely,", on_paper.reference,
    ):  # fmt: skip
        assert expected in words, (expected, words)


def test_each_reader_gets_the_paper_made_for_them_in_their_language(on_paper, member, begin):
    MailingContentFactory(
        mailing=on_paper, language="fr", subject="Les victimes", body="<p>{{ salutation }}</p><p>Aidez-les.</p>"
    )
    member(country="FR", family_name="Besson", email="besson@parliament.example")
    member(country="IE", family_name="Byrne", email="byrne@parliament.example")
    transport = FakeTransport()
    sending.run(begin(on_paper).pk, open_with=transport)

    found = {to: words_of(parts_of(message)[0].get_content()) for to, message in transport.taken}
    assert "Aidez-les." in found["besson@parliament.example"]
    assert "Besson" in found["besson@parliament.example"]
    assert "Byrne" not in found["besson@parliament.example"]
    assert "Dear Ms Byrne," in found["byrne@parliament.example"]


def test_nothing_leaves_before_the_last_pdf_is_there_and_the_page_counts_them(
    on_paper, member, begin, monkeypatch, sign_in, officer, django_assert_max_num_queries
):
    client, poll = sign_in(officer), reverse("mailing:letter_progress", args=[on_paper.reference])
    for _number in range(6):
        member()
    begin(on_paper)
    monkeypatch.setattr(papers, "BUDGET", 0.0)
    transport = FakeTransport()

    assert sending.run(on_paper.pk, open_with=transport) == 0
    assert not transport.taken
    assert Mailing.objects.get(pk=on_paper.pk).last_activity_at
    with django_assert_max_num_queries(5):  # the session and its user, and three of its own
        assert f"{papers.FIRST_BATCH} of 6 PDFs are made." in client.get(poll).content.decode()
    while not Mailing.objects.get(pk=on_paper.pk).papers_ready_at:
        sending.run(on_paper.pk, open_with=transport)
    sending.run(on_paper.pk, open_with=transport)
    assert len(transport.taken) == 6
    assert "PDFs are made" not in client.get(poll).content.decode()
    assert Mailing.objects.get(pk=on_paper.pk).status == Mailing.Status.FINISHED


def test_a_pdf_that_cannot_be_made_pauses_the_letter_with_a_sentence(on_paper, member, begin, monkeypatch, officer):
    member()
    begin(on_paper)
    real = paper_words.typeset_all

    def refuse(*args, **kwargs):
        raise PdfError("This text is too long.")

    monkeypatch.setattr(paper_words, "typeset_all", refuse)
    transport = FakeTransport()
    sending.run(on_paper.pk, open_with=transport)
    on_paper.refresh_from_db()
    assert not transport.taken
    assert on_paper.status == Mailing.Status.PAUSED
    assert on_paper.pause_reason == "The PDF of a letter cannot be made. This text is too long."

    monkeypatch.setattr(paper_words, "typeset_all", real)
    lifecycle.resume(on_paper, actor=officer)
    sending.run(on_paper.pk, open_with=transport)
    assert len(transport.taken) == 1


def test_a_letter_whose_pdf_is_lost_stops_the_mailing_and_goes_out_after_it_is_made_again(
    on_paper, member, begin, officer
):
    for _number in range(3):
        member()
    begin(on_paper)
    assert papers.prepare(on_paper)
    LetterPaper.objects.filter(delivery=Delivery.objects.order_by("pk").last()).delete()
    transport = FakeTransport()
    sending.run(on_paper.pk, open_with=transport)
    on_paper.refresh_from_db()
    assert len(transport.taken) == 2
    assert on_paper.status == Mailing.Status.PAUSED
    assert "PDF of a letter is missing" in on_paper.pause_reason

    lifecycle.resume(on_paper, actor=officer)
    sending.run(on_paper.pk, open_with=transport)
    sending.run(on_paper.pk, open_with=transport)
    assert len(set(transport.recipients)) == len(transport.taken) == 3
    assert all(parts_of(message) for _to, message in transport.taken)


def test_what_was_sent_can_be_made_again_bit_by_bit(on_paper, member, begin):
    member()
    transport = FakeTransport()
    sending.run(begin(on_paper).pk, open_with=transport)
    row = Delivery.objects.select_related("mailing__sender", "mailing__owner").get(mailing=on_paper)

    [(_to, message)] = transport.taken
    assert message_bytes(row) == message
    assert digest(message) == row.content_digest
    assert papers.made_again(row) == row.paper_bytes == parts_of(message)[0].get_content()
    # Whatever changes afterwards, what is shown is what was sent.
    MailingContent.objects.update(body="<p>Something else.</p>")
    Organisation.objects.filter(is_platform=True).update(name="Another name")
    row = Delivery.objects.get(pk=row.pk)
    assert message_bytes(row) == message
    assert papers.paper_of(row) == parts_of(message)[0].get_content()


def test_a_letter_without_paper_is_what_it_always_was(letter, member, begin):
    member()
    transport = FakeTransport()
    sending.run(begin(letter).pk, open_with=transport)
    [(_to, message)] = transport.taken
    assert b"multipart/mixed" not in message
    assert not LetterPaper.objects.exists()


def test_one_worker_at_a_time_makes_the_papers_and_a_silent_one_is_taken_over(on_paper, member, begin):
    member()
    begin(on_paper)
    held = Mailing.objects.filter(pk=on_paper.pk)
    held.update(papers_until=timezone.now() + timedelta(seconds=30))
    assert papers.prepare(on_paper) is False
    assert not LetterPaper.objects.exists()
    held.update(papers_until=timezone.now() - timedelta(seconds=1))
    assert papers.prepare(on_paper) is True
    assert held.get().papers_until is None


def test_whoever_is_erased_loses_the_paper_and_is_not_waited_for(on_paper, member, begin, administrator):
    gone, stays = member(), member()
    begin(on_paper)
    assert papers.prepare(on_paper)
    erase(gone, actor=administrator, reason="asked")
    assert [paper.delivery.contact_id for paper in LetterPaper.objects.all()] == [stays.pk]
    Mailing.objects.filter(pk=on_paper.pk).update(papers_ready_at=None)
    on_paper.refresh_from_db()
    assert papers.prepare(on_paper)
    transport = FakeTransport()
    sending.run(on_paper.pk, open_with=transport)
    assert transport.recipients == [stays.email]


def test_a_link_leads_each_reader_to_their_own_pdf(on_paper, member, begin, client):
    Mailing.objects.filter(pk=on_paper.pk).update(paper=Mailing.PaperAs.LINK)
    for name in ("Besson", "Byrne"):
        member(family_name=name, email=f"{name.lower()}@parliament.example")
    transport = FakeTransport()
    sending.run(begin(Mailing.objects.get(pk=on_paper.pk)).pk, open_with=transport)

    assert len(transport.taken) == 2
    for to, message in transport.taken:
        parsed = email.message_from_bytes(message, policy=email.policy.default)
        assert not list(parsed.iter_attachments())
        text = parsed.get_body(["plain"]).get_content()
        html = parsed.get_body(["html"]).get_content()
        [link] = re.findall(r"This letter as a PDF:\s+(\S+)\s", text)
        assert f'<a class="link" href="{link}"' in html
        answer = client.get(link.removeprefix("http://localhost:8000"))
        row = Delivery.objects.get(email=to)
        assert answer.content == row.paper_bytes
        assert row.context["family_name"] in words_of(answer.content)
        assert message_bytes(row) == Renderer(row.mailing).message_without_skeleton(row) == message
        LetterPaper.objects.filter(delivery=row).delete()
        assert client.get(link.removeprefix("http://localhost:8000")).status_code == 404
    assert client.get("/letter/no-token.pdf").status_code == 404


def test_the_link_of_a_letter_that_attaches_its_pdf_leads_nowhere(on_paper, member, begin, client):
    member()
    begin(on_paper)
    assert papers.prepare(on_paper)
    row = Delivery.objects.get(mailing=on_paper)
    path = unsubscribe.address_of(unsubscribe.token_for(row.public_id), "paper").removeprefix("http://localhost:8000")
    assert client.get(path).status_code == 404
