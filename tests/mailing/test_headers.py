"""A newsletter names its list and how to leave it; a letter carries nothing of a list."""

import uuid
from urllib.parse import unquote

import pytest

from contacts.models import ContactList
from mailing import unsubscribe
from mailing.dispatch import headers
from mailing.models import Mailing
from mailing.verp import delivery_id_of
from tests.factories import MailingFactory, SenderFactory

pytestmark = pytest.mark.django_db

SOMEBODY = uuid.UUID("01234567-89ab-4cde-8f01-23456789abcd")


@pytest.fixture
def issue():
    news = ContactList.objects.create(name="Road Notes")
    return MailingFactory(kind=Mailing.Kind.NEWSLETTER, contact_list=news)


def parts(field):
    web, mail = field.split(", ")
    return web.strip("<>"), mail.strip("<>")


def test_a_letter_carries_its_reference_and_nothing_of_a_list():
    letter = MailingFactory()
    assert headers.fixed(letter, "fr") == {"X-Reference": letter.reference, "Content-Language": "fr"}
    assert headers.personal(letter, SOMEBODY) == {}


def test_a_letter_has_in_its_text_a_link_to_object_of_each_readers_own(settings):
    settings.SITE_URL = "https://advocacy.platform.example"
    link = headers.links(MailingFactory(), SOMEBODY)["unsubscribe_link"]
    assert link == f"https://advocacy.platform.example/objection/{unsubscribe.token_for(SOMEBODY)}/"


def test_a_newsletter_names_its_list_on_the_senders_domain(issue):
    fields = headers.fixed(issue, "de")
    name = f"list-{issue.contact_list_id}"
    assert fields["List-Id"] == f"<{name}.platform.example>"
    assert fields["Precedence"] == "bulk"
    assert fields["Feedback-ID"] == f"{issue.reference}:{name}:newsletter:platform.exampl"
    assert fields["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert fields["Content-Language"] == "de"


def test_the_list_keeps_its_name_when_it_is_renamed(issue):
    before = headers.fixed(issue, "en")["List-Id"]
    issue.contact_list.name = "Notes from the road"
    issue.contact_list.save()
    assert headers.fixed(Mailing.objects.get(pk=issue.pk), "en")["List-Id"] == before


def test_a_senders_domain_in_another_script_travels_in_ascii(issue):
    issue.sender = SenderFactory(
        from_email="news@münchen.example", reply_to="büro".replace("ü", "u") + "@münchen.example"
    )
    assert headers.fixed(issue, "de")["List-Id"].endswith(".xn--mnchen-3ya.example>")
    assert headers.personal(issue, SOMEBODY)["List-Unsubscribe"].isascii()


def test_each_recipient_leaves_by_the_web_or_by_mail(issue, settings):
    settings.SITE_URL = "https://advocacy.platform.example"
    web, mail = parts(headers.personal(issue, SOMEBODY)["List-Unsubscribe"])
    token = unsubscribe.token_for(SOMEBODY)
    assert web == f"https://advocacy.platform.example/u/{token}/"
    assert mail.startswith("mailto:officer@platform.example?subject=")
    assert unquote(mail.partition("=")[2]) == f"unsubscribe {token}"
    assert unsubscribe.token_in(unquote(mail)) == token
    assert headers.links(issue, SOMEBODY)["unsubscribe_link"] == web


def test_with_a_domain_for_returned_mail_the_program_reads_who_leaves(issue):
    issue.sender.bounce_domain = "returns.platform.example"
    _web, mail = parts(headers.personal(issue, SOMEBODY)["List-Unsubscribe"])
    assert delivery_id_of(mail.removeprefix("mailto:").partition("?")[0]) == SOMEBODY


def test_the_same_recipient_always_gets_the_same_fields(issue):
    assert headers.personal(issue, SOMEBODY) == headers.personal(Mailing.objects.get(pk=issue.pk), SOMEBODY)


def test_two_recipients_never_share_an_address_to_leave(issue):
    found = {headers.personal(issue, uuid.uuid4())["List-Unsubscribe"] for _number in range(50)}
    assert len(found) == 50
