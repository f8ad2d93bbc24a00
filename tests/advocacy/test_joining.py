"""Calls that others lead: taken down with their text, decided by a second person, told to the public."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from advocacy import joining
from advocacy.joining import Asked, JoiningError, published_calls
from advocacy.models import JoinedCall
from contacts.models import Organisation

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nA made-up text."


@pytest.fixture
def lead(db):
    return Organisation.objects.create(name="Lighthouse", country="IE")


@pytest.fixture
def call(lead, officer):
    asked = Asked(
        "Pay them what they are owed",
        lead,
        timezone.localdate(),
        summary="A fund in every country.",
        link="https://lighthouse.example/call",
        file_name="call.pdf",
        file=PDF,
    )
    return joining.add_call(asked, actor=officer)


def decide(call, person, decision="joined", **changes):
    values = {"reason": "Our board agreed.", "seen": joining.digest_of_call(call), "actor": person}
    joining.decide(call, decision, **values | changes)


def address(name, call):
    return reverse(f"advocacy:{name}", args=[call.reference])


def public(name, **arguments):
    return reverse(f"public:{name}", kwargs={"lang": "en", **arguments})


def form(**changes):
    values = {"title": "Pay them", "lead": "lighthouse", "language": "en", "received_on": "2026-11-20"}
    return values | {"link": "https://lighthouse.example/call"} | changes


class TestTakingDown:
    def test_with_a_link_or_a_pdf(self, sign_in, officer, lead):
        client = sign_in(officer)
        assert client.post(reverse("advocacy:call_create"), form()).status_code == 302
        file = SimpleUploadedFile('../../a"b.pdf', PDF, content_type="application/pdf")
        assert client.post(reverse("advocacy:call_create"), form(link="", file=file)).status_code == 302

        with_link, with_file = JoinedCall.objects.order_by("id")
        assert (with_link.lead, with_link.asked_by, with_link.decision) == (lead, officer, "open")
        assert bytes(with_file.file) == PDF
        assert "/" not in with_file.file_name
        response = client.get(address("call_file", with_file))
        assert response.content == PDF
        assert response["Content-Disposition"].startswith("attachment")
        assert "sandbox" in response["Content-Security-Policy"]
        assert AuditEvent.objects.filter(sentence=f"asked whether we join {with_link.reference}").exists()

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"link": ""}, "a link or a PDF"),
            ({"link": "http://lighthouse.example/"}, "https://"),
            ({"link": "javascript:alert(1)"}, "Enter a valid URL"),
            ({"lead": "Nobody"}, "No organisation has this name"),
            ({"received_on": "yesterday"}, "Enter a valid date"),
            ({"title": " "}, "required"),
        ],
    )
    def test_what_is_missing_is_said(self, sign_in, officer, lead, change, sentence):
        response = sign_in(officer).post(reverse("advocacy:call_create"), form(**change))
        assert response.status_code == 422
        assert sentence in response.content.decode()
        assert not JoinedCall.objects.exists()

    def test_another_file_than_a_pdf_is_refused(self, sign_in, officer, lead):
        file = SimpleUploadedFile("call.pdf", b"<html><script>alert(1)</script>", content_type="application/pdf")
        response = sign_in(officer).post(reverse("advocacy:call_create"), form(file=file))
        assert response.status_code == 422
        assert "This is not a PDF" in response.content.decode()

    def test_a_new_lead_is_added_when_one_says_so(self, sign_in, officer, db):
        response = sign_in(officer).post(reverse("advocacy:call_create"), form(lead="New House", is_new="on"))
        assert response.status_code == 302
        assert JoinedCall.objects.get().lead.name == "New House"


class TestDeciding:
    def test_who_took_it_down_does_not_decide_even_past_the_code(self, lead, approver, officer):
        own = joining.add_call(
            Asked("Ours", lead, timezone.localdate(), link="https://lighthouse.example/"), actor=approver
        )
        with pytest.raises(JoiningError, match="Somebody else"):
            decide(own, approver)
        with pytest.raises(JoiningError, match="role"):
            decide(own, officer)
        with pytest.raises(IntegrityError), transaction.atomic():
            JoinedCall.objects.filter(pk=own.pk).update(
                decision="joined", decided_by=approver, decided_at=timezone.now(), reason="x"
            )

    def test_a_decision_needs_a_reason_and_what_was_read(self, call, approver):
        with pytest.raises(JoiningError, match="reason"):
            decide(call, approver, reason=" ")
        with pytest.raises(JoiningError, match="has changed"):
            decide(call, approver, seen="0" * 64)
        with pytest.raises(IntegrityError), transaction.atomic():
            JoinedCall.objects.filter(pk=call.pk).update(
                decision="joined", decided_by=approver, decided_at=timezone.now()
            )

    def test_it_waits_on_the_home_page_of_who_may_decide(self, sign_in, call, approver, officer):
        sentence = "Lighthouse asks us to join its call."
        assert sentence in sign_in(approver).get(reverse("desk:home")).content.decode()
        assert sentence not in sign_in(officer).get(reverse("desk:home")).content.decode()

    def test_through_the_pages(self, sign_in, call, officer, approver):
        page = sign_in(officer).get(address("call_detail", call)).content.decode()
        assert "A second person decides." in page
        assert sign_in(officer).post(address("call_decide", call)).status_code == 403
        client = sign_in(approver)
        answer = {"decision": "joined", "reason": "Our board agreed.", "seen": joining.digest_of_call(call)}
        assert client.post(address("call_decide", call), answer | {"reason": ""}).status_code == 422
        assert client.post(address("call_decide", call), answer).status_code == 302
        assert client.post(address("call_decide", call), answer).status_code == 409
        assert "Our board agreed." in client.get(address("call_detail", call)).content.decode()
        trail = AuditEvent.objects.order_by("-id").first()
        assert (trail.actor, trail.sentence) == (approver, f"decided to join {call.reference}")


class TestPublic:
    def test_nothing_is_public_before_somebody_published_it(self, client, call, approver, officer):
        with pytest.raises(JoiningError):
            joining.publish_call(call, actor=officer)
        decide(call, approver)
        assert published_calls("en") == []
        assert client.get(public("call_detail", slug=call.slug)).status_code == 404
        assert client.get(public("call_file", slug=call.slug)).status_code == 404
        assert "We have joined no call" in client.get(public("call_list")).content.decode()

    def test_the_public_reads_who_leads_and_that_we_joined_and_not_why(self, client, call, approver, officer):
        decide(call, approver)
        joining.publish_call(call, actor=officer)

        [entry] = published_calls("fr")
        assert (entry.title, entry.lead) == ("Pay them what they are owed", "Lighthouse")
        assert entry.path == f"/fr/joined/{call.slug}/"
        for page in (client.get(public("call_list")), client.get(public("call_detail", slug=call.slug))):
            words = page.content.decode()
            assert "Lighthouse" in words
            assert "Our board agreed." not in words
            assert approver.name not in words
            assert not page.cookies
        assert client.get(public("call_file", slug=call.slug)).content == PDF
        joining.take_down(call, actor=officer)
        assert client.get(public("call_detail", slug=call.slug)).status_code == 404

    def test_it_is_published_and_taken_down_on_its_page(self, sign_in, call, approver, officer):
        decide(call, approver)
        client = sign_in(officer)
        assert client.post(address("call_publish", call)).status_code == 302
        assert public("call_detail", slug=call.slug) in client.get(address("call_detail", call)).content.decode()
        assert client.post(address("call_publish", call)).status_code == 409
        assert client.post(address("call_publish", call), {"action": "take_down"}).status_code == 302
        assert "Publish that we joined" in client.get(address("call_detail", call)).content.decode()

    def test_what_we_did_not_join_is_never_public(self, call, approver, officer):
        decide(call, approver, "declined")
        with pytest.raises(JoiningError):
            joining.publish_call(call, actor=officer)
        with pytest.raises(IntegrityError), transaction.atomic():
            JoinedCall.objects.filter(pk=call.pk).update(published_at=timezone.now())


def test_a_stranger_sees_no_call(sign_in, stranger, call):
    client = sign_in(stranger)
    assert call.reference not in client.get(reverse("advocacy:call_list")).content.decode()
    assert client.get(address("call_detail", call)).status_code == 404
    assert client.get(address("call_file", call)).status_code == 404


def test_lists_cost_few_queries_and_say_when_they_are_empty(
    sign_in, officer, approver, lead, django_assert_max_num_queries
):
    client = sign_in(officer)
    assert "No call of others is here yet." in client.get(reverse("advocacy:call_list")).content.decode()
    for number in range(30):
        asked = Asked(
            f"Call {number}", lead, timezone.localdate(), timezone.now() + timedelta(days=3), link="https://a.example/"
        )
        call = joining.add_call(asked, actor=officer)
        decide(call, approver)
        joining.publish_call(call, actor=officer)
    with django_assert_max_num_queries(12):
        assert "Page 1 of 2" in client.get(reverse("advocacy:call_list")).content.decode()
    with django_assert_max_num_queries(12):
        assert client.get(public("call_list")).status_code == 200
