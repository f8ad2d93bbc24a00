"""Several at once at the PDFs of a letter: each is made once and goes with its own letter; an erasure comes through."""

import email
import email.policy

import pytest

from contacts.erasure import erase
from contacts.models import Contact
from mailing import paper_words, papers
from mailing.dispatch import sending
from mailing.models import Delivery, LetterPaper, Mailing
from tests.letters import letter_being_sent
from tests.mailing.test_dispatch_races import at_once
from tests.mailing.transports import FakeTransport

pytestmark = pytest.mark.django_db(transaction=True)


def on_paper(people):
    mailing = letter_being_sent(people)
    Mailing.objects.filter(pk=mailing.pk).update(paper="attached")
    mailing.refresh_from_db()
    return mailing


def test_four_workers_at_once_make_each_paper_once_and_nobody_gets_another_ones():
    mailing = on_paper(9)
    hops = [FakeTransport() for _worker in range(4)]
    for _turn in range(3):
        given = at_once(*[lambda hop=hop: sending.run(mailing.pk, open_with=hop) for hop in hops])
        assert not [one for one in given if isinstance(one, Exception)], given
        if Mailing.objects.get(pk=mailing.pk).status == Mailing.Status.FINISHED:
            break

    taken = [one for hop in hops for one in hop.taken]
    assert len(taken) == len({to for to, _message in taken}) == LetterPaper.objects.count() == 9
    stored = {paper.delivery.email: paper for paper in LetterPaper.objects.select_related("delivery")}
    for to, message in taken:
        [part] = email.message_from_bytes(message, policy=email.policy.default).iter_attachments()
        assert part.get_content() == bytes(stored[to].content)


def test_whoever_is_erased_while_their_paper_is_set_gets_none_kept(monkeypatch):
    mailing = on_paper(3)
    gone = Contact.objects.get(deliveries=Delivery.objects.filter(mailing=mailing).order_by("pk")[1])
    real = paper_words.typeset_all

    def set_slowly(*args, **kwargs):
        made = real(*args, **kwargs)
        [failed] = at_once(lambda: erase(gone, actor=None, reason="asked"))
        assert failed is True
        return made

    monkeypatch.setattr(paper_words, "typeset_all", set_slowly)
    assert papers.prepare(mailing)
    kept = set(LetterPaper.objects.values_list("delivery__contact", flat=True))
    assert len(kept) == 2
    assert gone.pk not in kept
