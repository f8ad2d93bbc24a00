"""Answering one person from the desk: it leaves once, in the thread, and what is not known is never sent again."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from contacts import erasure
from contacts.suppression import suppress
from mailing import answering, reply_contributions
from mailing.handling import handle_waiting
from mailing.models import Answer, Delivery, Reply
from mailing.replies import ReplyError
from tests.mailing.coming_back import accepted_letter, comes_back
from tests.payloads import incoming
from transport.delivery import Receipt
from transport.errors import OutcomeUnknown, PermanentError, Phase, TransientError

pytestmark = pytest.mark.django_db


class Server:
    """Takes messages, or answers with what it was given."""

    def __init__(self):
        self.taken, self.says = [], []

    def __enter__(self):
        return self

    def __exit__(self, *details):
        return None

    def deliver(self, *, envelope_from, recipient, message, may_continue, reference):
        may_continue()
        self.taken.append((recipient, message))
        may_continue()
        if self.says:
            said = self.says.pop(0)
            if isinstance(said, Exception):
                raise said
        return Receipt("250", "ok")


@pytest.fixture
def server(monkeypatch):
    """The next hop, which is outside; nothing listens and nothing leaves."""
    server = Server()
    monkeypatch.setattr(answering, "open_transport", lambda: server)
    return server


@pytest.fixture
def reply(db):
    comes_back("reply-plain", accepted_letter())
    return Reply.objects.get()


@pytest.fixture
def answer(reply, officer):
    return answering.answer(reply, "Thank you. We will come on 2 December.", actor=officer, token=uuid4())


def actions(user):
    return [task.action for task in reply_contributions.tasks(user)]


def header(message, name):
    unfolded = message.decode().replace("\r\n ", " ")
    return re.search(rf"^{name}: (.*)\r$", unfolded, re.MULTILINE)[1]


def test_it_leaves_once_to_who_wrote_in_the_thread_of_the_letter(reply, answer, officer, server):
    assert answering.send_due() == 1
    assert answering.send_due() == 0
    [(recipient, message)] = server.taken
    assert recipient == reply.from_email
    assert header(message, "Message-ID") == f"<{answer.public_id}@platform.example>"
    assert header(message, "Subject").casefold().startswith("re:")
    assert header(message, "In-Reply-To") in header(message, "References")
    assert str(reply.delivery.public_id) in header(message, "References")
    assert b"We will come on 2 December." in message
    assert b"\r\n> " in message
    answer.refresh_from_db()
    assert (answer.status, answer.attempts) == ("sent", 1)
    assert answer.sent_at


def test_what_comes_back_to_it_is_matched_to_the_letter(reply, answer, server):
    answering.send_due()
    message = server.taken[0][1]
    refs = f"{header(message, 'References')} {header(message, 'Message-ID')}"
    raw = (
        f"From: <{reply.from_email}>\r\nTo: <officer@platform.example>\r\nSubject: Re: Re: yes\r\n"
        f"In-Reply-To: {header(message, 'Message-ID')}\r\nReferences: {refs}\r\n\r\nSee you then.\r\n"
    )
    incoming(raw.encode())
    handle_waiting()
    assert Reply.objects.latest("pk").delivery == reply.delivery


def test_a_form_that_is_sent_twice_is_one_answer(reply, officer, sign_in, server):
    client = sign_in(officer)
    page = client.get(reverse("replies:answer", args=[reply.pk])).content.decode()
    token = re.search(r'name="token" value="([0-9a-f-]+)"', page)[1]
    said = {"text": "Thank you.", "subject": "Re: yes", "token": token}
    for _press in range(2):
        assert client.post(reverse("replies:answer", args=[reply.pk]), said).status_code == 302
    assert Answer.objects.count() == 1
    assert answering.send_due() == 1
    assert len(server.taken) == 1
    assert "What we wrote back" in client.get(reverse("replies:detail", args=[reply.pk])).content.decode()
    assert AuditEvent.objects.filter(sentence__startswith="answered somebody").count() == 1


def test_a_worker_that_finds_it_claimed_leaves_it_alone(answer, server):
    Answer.objects.update(claimed_until=timezone.now() + timedelta(minutes=5))
    assert answering.send_due() == 0
    assert server.taken == []


def test_a_claim_that_ended_before_the_text_left_is_taken_up_again(answer, server):
    Answer.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert answering.send_due() == 1


def test_a_claim_lost_to_another_worker_stops_the_text(answer, server, monkeypatch):
    def steal(**details):
        Answer.objects.update(claimed_until=timezone.now() + timedelta(hours=1))
        details["may_continue"]()
        raise AssertionError("the text left")

    monkeypatch.setattr(server, "deliver", steal)
    assert answering.send_due() == 0
    answer.refresh_from_db()
    assert answer.status == "queued"


def test_a_worker_that_died_after_the_intent_leaves_it_not_known_and_it_is_never_sent_again(answer, server):
    Answer.objects.update(status="uncertain", claimed_until=timezone.now() - timedelta(hours=1))
    assert answering.send_due() == 0
    assert server.taken == []


def test_an_outcome_nobody_knows_waits_for_a_person(reply, answer, officer, server, sign_in):
    server.says = [OutcomeUnknown("The connection was lost.", phase=Phase.DOT)]
    assert answering.send_due() == 0
    answer.refresh_from_db()
    assert answer.status == "uncertain"
    assert answering.send_due() == 0
    assert "Settle" in actions(officer)
    client = sign_in(officer)
    assert "Not known" in client.get(reverse("replies:list"), {"show": "doubtful"}).content.decode()
    settle = reverse("replies:answer_settle", args=[answer.public_id])
    client.post(settle, {"decision": "send_again"})
    assert answering.send_due() == 1
    messages = [message for _recipient, message in server.taken]
    assert messages[0] == messages[1]
    said = client.post(settle, {"decision": "treat_as_not_sent"}, follow=True)
    assert "become known meanwhile" in said.content.decode()
    answer.refresh_from_db()
    assert answer.status == "sent"


@pytest.mark.parametrize(("decision", "status"), [("treat_as_sent", "sent"), ("treat_as_not_sent", "failed")])
def test_a_person_settles_what_is_not_known(answer, officer, decision, status):
    Answer.objects.update(status="uncertain")
    assert answering.settle(answer, decision, actor=officer).status == status


def test_what_was_not_sent_needs_its_author_until_they_leave_it_at_that(answer, officer):
    Answer.objects.update(status="failed", error="550 No such user.")
    assert "Settle" in actions(officer)
    answering.settle(answer, "treat_as_not_sent", actor=officer)
    assert "Settle" not in actions(officer)


def test_a_decision_that_does_not_exist_changes_nothing(answer, officer):
    Answer.objects.update(status="uncertain")
    with pytest.raises(ReplyError, match="no such decision"):
        answering.settle(answer, "guess", actor=officer)


def test_a_refusal_for_good_is_not_sent_and_a_passing_one_waits(answer, server):
    server.says = [TransientError("Try later.", code="450", phase=Phase.RCPT)]
    answering.send_due()
    answer.refresh_from_db()
    assert (answer.status, answer.attempts) == ("queued", 0 + 1)
    assert answer.next_attempt_at > timezone.now()
    Answer.objects.update(next_attempt_at=None)
    server.says = [PermanentError("No such user.", code="550", enhanced="5.1.1", phase=Phase.RCPT)]
    answering.send_due()
    answer.refresh_from_db()
    assert (answer.status, answer.error) == ("failed", "550 No such user.")


def test_it_answers_nobody_on_the_do_not_write_list(reply, officer, sign_in):
    suppress(reply.from_email, reason="complaint")
    with pytest.raises(ReplyError, match="do-not-write list"):
        answering.answer(reply, "Thank you.", actor=officer, token=uuid4())
    page = sign_in(officer).get(reverse("replies:answer", args=[reply.pk]))
    assert page.status_code == 422
    assert "do-not-write list" in page.content.decode()
    assert not Answer.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (answering.LONGEST + 1)])
def test_an_empty_or_endless_answer_is_refused_and_kept_in_the_form(reply, officer, sign_in, text):
    page = sign_in(officer).post(reverse("replies:answer", args=[reply.pk]), {"text": text, "token": str(uuid4())})
    assert page.status_code == 422
    assert text[:50].strip() in page.content.decode()
    assert not Answer.objects.exists()


def test_erasing_the_person_empties_what_we_wrote_and_stops_what_waits(reply, answer, officer, administrator, server):
    erasure.erase(reply.contact, actor=administrator, reason="asked")
    answer.refresh_from_db()
    assert (answer.to_email, answer.to_name, answer.subject, answer.text, answer.contact) == ("", "", "", "", None)
    assert answer.status == "failed"
    assert answering.send_due() == 0
    assert server.taken == []


def test_what_we_wrote_is_in_the_copy_of_everything_we_hold(reply, answer):
    from contacts.personal_data import everything_about

    held = everything_about(reply.contact)
    assert "We will come on 2 December." in str(held)


def test_strangers_and_viewers_answer_nobody(reply, stranger, viewer, sign_in):
    assert sign_in(stranger).get(reverse("replies:answer", args=[reply.pk])).status_code == 404
    assert sign_in(viewer).get(reverse("replies:answer", args=[reply.pk])).status_code == 403


def test_an_answer_counts_as_no_letter(reply, answer, server):
    before = Delivery.objects.values_list("status", "sent_at").get()
    answering.send_due()
    assert Delivery.objects.values_list("status", "sent_at").get() == before
