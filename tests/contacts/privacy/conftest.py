"""Aoife Brennan, about whom every table holds something; nobody here is real."""

import gzip
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.audit import record
from contacts.models import (
    ConsentRecord,
    ContactList,
    ImportFile,
    ImportRun,
    Interaction,
    Note,
    Organisation,
    PersonCorrection,
    Post,
    RawAnswer,
    Subscription,
    Tag,
)
from contacts.suppression import suppress
from mailing.dispatch.store import make_chunks
from mailing.models import AudienceRule, DeliveryEvent, IncomingMail, Reply
from tests.factories import BodyFactory, ContactFactory, MailingFactory, MandateFactory, MembershipFactory
from tests.letters import letter_being_sent, queue
from transport.models import SystemMail

# What a search of the whole database must not find after an erasure.
WORDS = ("aoife", "brennan", "greenway", "0470 12 34 56", "rue discrète", "912345")
ADDRESS, FORMER = "aoife.brennan@parliament.example", "aoife@greenway.example"


@pytest.fixture
def aoife(db):
    return ContactFactory(
        given_name="Aoife",
        family_name="Brennan",
        email=ADDRESS,
        phone="+32 0470 12 34 56",
        postal_address="Rue Discrète 7, 1000 Brussels",
        gender="F",
        language="ga",
        source="business card of Aoife Brennan",
        facts_as_of={"email": "2026-03-01"},
    )


@pytest.fixture
def seat(aoife):
    mandate = MandateFactory(contact=aoife, ep_id=912_345, country="IE", national_party="Greenway Party")
    MembershipFactory(mandate=mandate, body=BodyFactory(code="LIBE"))
    return mandate


@pytest.fixture
def news(db):
    return ContactList.objects.create(name="Road Notes")


@pytest.fixture
def her_data(aoife, seat, news, officer):
    """A row about Aoife in every table that can hold one."""
    now = timezone.now()
    aoife.tags.add(Tag.objects.create(name="event guest"))
    Post.objects.create(
        contact=aoife, organisation=Organisation.objects.create(name="Institute"), title="Assistant to A. Brennan"
    )
    Note.objects.create(contact=aoife, author=officer, text="Aoife prefers the telephone.")
    PersonCorrection.objects.create(contact=aoife, field="email", value=FORMER, by=officer)
    Interaction.objects.create(contact=aoife, kind="meeting", at=now, by=officer, note="Met Brennan at lunch.")
    Subscription.objects.create(contact=aoife, contact_list=news, status="active", confirmed_at=now)
    ConsentRecord.objects.create(
        contact=aoife,
        email_digest=aoife.email_digest,
        contact_list=news,
        action="confirmed",
        wording="Send me the notes",
        source="subscribe page",
    )
    suppress(aoife, scope="letters", reason="objection")
    record(officer, "wrote a note about a contact", about=aoife)
    her_mail(aoife)
    run = ImportRun.objects.create(
        source="sheet",
        file_name="guests.csv",
        file_digest="d",
        as_of=now.date(),
        status="applied",
        counts={"new": 1, "changed": 1},
        changes=[
            {"contact": aoife.pk, "kind": "changed", "fields": {"email": [FORMER, ADDRESS]}},
            {"contact": aoife.pk + 1, "kind": "changed", "fields": {"country": ["", "IE"]}},
        ],
        problems=[{"row": 3, "problem": f"{ADDRESS} stands in row 2 as well"}],
    )
    ImportFile.objects.create(run=run, data=f"name;email\nAOIFE BRENNAN;{ADDRESS}\n".encode("cp1252"))
    body = gzip.compress(b'{"data": [{"identifier": "912345"}]}')
    RawAnswer.objects.create(pull="p1", url="/meps/912345", status=200, body=body, digest="d", size=36)
    return aoife


def her_mail(aoife):
    """Letters to her, her answer, returned mail, and a system mail."""
    letter = letter_being_sent(0)
    delivery = queue(letter, aoife, name="Aoife Brennan", salutation="Dear Ms Brennan,")
    make_chunks(letter.pk)
    AudienceRule.objects.create(mailing=letter, contact=aoife)
    old = queue(MailingFactory(), aoife, name="Aoife Brennan")
    type(old).objects.filter(pk=old.pk).update(
        email=FORMER,
        email_key=FORMER,
        status="sent",
        sent_at=timezone.now() - timedelta(days=3),
        error_detail="Mailbox of A. Brennan",
    )
    DeliveryEvent.objects.create(delivery=old, kind="delivered", detail="for Brennan", dedupe_key="e1")
    now = timezone.now()
    raw = f"From: Aoife Brennan <{ADDRESS}>\r\n\r\nThank you.".encode()
    answer = IncomingMail.objects.create(source="imap", dedupe_key="m1", raw=raw, kind="reply", handled_at=now)
    Reply.objects.create(
        mail=answer,
        delivery=old,
        mailing=old.mailing,
        contact=aoife,
        from_name="Aoife Brennan",
        from_email=ADDRESS,
        subject="From Aoife",
        text="Best, Aoife Brennan",
        received_at=now,
    )
    lost = f"From: A <{FORMER}>\r\n\r\nWho are you?".encode()
    stray = IncomingMail.objects.create(source="imap", dedupe_key="m2", raw=lost, kind="reply", handled_at=now)
    Reply.objects.create(mail=stray, from_email=FORMER.upper(), from_name="Aoife", text="Who?", received_at=now)
    IncomingMail.objects.create(
        source="imap", dedupe_key="m3", raw=f"<{ADDRESS}>: unknown".encode(), kind="dsn", delivery=delivery
    )
    SystemMail.objects.create(purpose="confirm", to=ADDRESS, context={"name": "Aoife"}, dedupe_key="s1")
