"""Several people at the same moment: answers, edits of the text, reminders, replies. What is kept stays true."""

from datetime import timedelta

import pytest
from django.utils import timezone

from advocacy import inviting, joining
from advocacy.answering import Answer, AnswerRefused, take_answer
from advocacy.drafting import Words, save_text
from advocacy.inviting import SignOnError
from advocacy.models import JoinedCall, Signatory, Signature, Statement, StatementText
from advocacy.signing import standings_of
from contacts.models import Organisation
from tests.advocacy.sign_on_cast import ask, frozen_text, open_sign_on, organisations
from tests.contacts.test_at_once import at_once
from transport.models import SystemMail

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


@pytest.fixture
def row(transactional_db, officer, approver):
    return frozen_text(officer, approver)


@pytest.fixture
def sign_on(row, officer):
    return open_sign_on(row, officer)


@pytest.fixture
def zora(sign_on, officer):
    return ask(sign_on, organisations()["Zora"], officer)


def given(row, kind="signed", **fields):
    values = {"answer": kind, "seen": row.digest(), "by_name": "Ada", "printed_name": "Zora"}
    return Answer(**values | fields)


def take(signatory, answer):
    return lambda: take_answer(Signatory.objects.get(pk=signatory.pk), answer)


def test_the_same_answer_sent_three_times_is_kept_once(row, zora):
    found = at_once(*[take(zora, given(row))] * 3)

    assert [type(one).__name__ for one in found] == ["Signature"] * 3, found
    assert Signature.objects.count() == 1
    assert SystemMail.objects.filter(purpose="sign-on-receipt").count() == 1


def test_two_different_answers_are_both_kept_and_one_of_them_counts(row, zora):
    at_once(take(zora, given(row)), take(zora, given(row, "declined", printed_name="")))

    assert Signature.objects.count() == 2
    [standing] = standings_of(row)
    assert standing.state == Signature.objects.order_by("-id").first().answer


def test_a_signature_never_ends_on_words_that_were_not_seen(row, zora, officer, approver):
    """Whoever was first: the signature names the words that were shown, and counts for no others."""
    for number in range(ROUNDS):
        seen = given(row, by_name=f"Ada {number}")
        text = StatementText.objects.get(statement=row, language="en")
        words = Words(text.title, text.summary, f"<p>Words number {number}.</p>", True)

        def edit(text=text, words=words):
            fresh = StatementText.objects.select_related("statement").get(pk=text.pk)
            return save_text(fresh, words, edition=fresh.edition, actor=officer)

        signed, _saved = at_once(take(zora, seen), edit)

        fresh = Statement.objects.get(pk=row.pk)
        assert fresh.status == "draft"
        assert fresh.digest() != seen.seen
        if isinstance(signed, Signature):
            assert signed.digest == seen.seen
        else:
            assert isinstance(signed, AnswerRefused), signed
        assert all(standing.state in {"lapsed", "waiting"} for standing in standings_of(fresh))
        from tests.advocacy.sign_on_cast import freeze

        freeze(fresh, officer, approver)


def test_a_link_that_is_taken_back_meanwhile_signs_before_or_not_at_all(row, zora, officer):
    signed, _done = at_once(take(zora, given(row)), lambda: inviting.revoke(zora, actor=officer))

    assert isinstance(signed, Signature | AnswerRefused), signed
    assert Signature.objects.count() == int(isinstance(signed, Signature))
    with pytest.raises(AnswerRefused):
        take(zora, given(row, "declined", printed_name=""))()


def test_colleagues_and_beat_remind_once(row, sign_on, zora, officer):
    Signatory.objects.update(reminded_at=timezone.now() - timedelta(days=9))

    found = at_once(*[lambda: inviting.remind(sign_on, actor=officer)] * 2, inviting.remind_all)

    assert sorted(found) == [0, 0, 1], found
    assert SystemMail.objects.filter(purpose="sign-on").count() == 2


def test_an_organisation_is_asked_once(row, sign_on, officer):
    house = organisations()["Lighthouse"]
    found = at_once(*[lambda: ask(sign_on, house, officer)] * 2)

    assert sorted(type(one).__name__ for one in found) == ["SignOnError", "Signatory"], found
    assert Signatory.objects.count() == 1


def test_a_wish_gets_one_answer(row, zora, officer):
    wish = take(zora, given(row, "asks_change", comment="Name the fund.", printed_name=""))()
    found = at_once(*[lambda: inviting.reply(Signature.objects.get(pk=wish.pk), "We do.", actor=officer)] * 2)

    assert sorted(type(one).__name__ for one in found) == ["SignOnError", "SignatureReply"], found
    assert any(isinstance(one, SignOnError) for one in found)


def test_a_call_is_decided_once(transactional_db, officer, approver, administrator):
    lead = Organisation.objects.create(name="Lighthouse")
    asked = joining.Asked("Pay them", lead, timezone.localdate(), link="https://call.example/text")
    call = joining.add_call(asked, actor=officer)
    seen = joining.digest_of_call(call)

    def decide(person, decision):
        return lambda: joining.decide(
            JoinedCall.objects.get(pk=call.pk), decision, reason="Board.", seen=seen, actor=person
        )

    found = at_once(decide(approver, "joined"), decide(administrator, "declined"))

    assert sorted(type(one).__name__ for one in found) == ["JoiningError", "NoneType"], found
