"""A sender's domain is looked at by beat, by a person and by a command; what was found stands in the checklist."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from mailing import bell, checklist, domain_health, lifecycle, tasks
from mailing.models import Mailing, Sender
from tests.factories import SenderFactory
from tests.transport.dns_server import dns_server
from transport.lookups import Lookups

pytestmark = pytest.mark.django_db
DOMAIN = "platform.example"
GOOD = {
    DOMAIN: {"TXT": ["v=spf1 mx -all"], "MX": [f"10 mx.{DOMAIN}."]},
    f"_dmarc.{DOMAIN}": {"TXT": ["v=DMARC1; p=none"]},
}


@pytest.fixture
def zone():
    return {name: dict(records) for name, records in GOOD.items()}


@pytest.fixture
def server(zone, settings):
    settings.CHECK_DOMAINS = True
    with dns_server(zone) as found:
        settings.DNS_SERVERS = [found.address]
        yield found


@pytest.fixture
def sender():
    return SenderFactory(is_default=True)


def page(response):
    return response.content.decode()


def line(mailing):
    found = checklist.run(Mailing.objects.select_related("sender").get(pk=mailing.pk))
    return next(item for item in found.items if item.key == "domain")


def test_beat_looks_at_every_sender_and_keeps_what_it_found(server, sender):
    SenderFactory(from_email="news@nowhere.example")
    tasks.check_domains()
    first, second = Sender.objects.order_by("pk")
    assert domain_health.state_of(first) == "warn"  # nobody said which DKIM key signs
    assert domain_health.state_of(second) == "bad"
    assert first.domain_checked_at is not None


def test_nobody_is_asked_where_it_is_off(server, sender, settings):
    settings.CHECK_DOMAINS = False
    tasks.check_domains()
    assert server.asked == []
    assert Sender.objects.get().domain_health == {}


def test_a_failing_domain_blocks_and_says_which_record_is_needed(server, zone, letter, member, officer, approver):
    member()
    del zone[f"_dmarc.{DOMAIN}"]
    domain_health.check_all()
    item = line(letter)
    assert (item.tone, item.title) == ("bad", "platform.example has no DMARC record")
    assert "Add a TXT record at _dmarc.platform.example" in item.detail
    assert item.url.endswith("/check/#domain")
    with pytest.raises(lifecycle.LifecycleError, match="has no DMARC record"):
        lifecycle.submit(letter, actor=officer, approver=approver)


def test_a_domain_in_order_is_said_and_grows_old(server, zone, letter, member):
    member()
    domain_health.check_all()
    assert (line(letter).tone, line(letter).title) == (
        "warn",
        "It is not known which DKIM key signs for platform.example",
    )
    kept = Sender.objects.get().domain_health
    kept["findings"] = [one for one in kept["findings"] if one["about"] != "dkim"]
    Sender.objects.update(domain_health=kept | {"state": "ok"})
    assert line(letter).tone == "ok"
    Sender.objects.update(domain_checked_at=timezone.now() - timedelta(days=9))
    assert (line(letter).tone, line(letter).title.replace("\xa0", " ")) == (
        "warn",
        "platform.example was checked 1 week, 2 days ago",
    )


def test_silence_of_the_dns_warns_and_never_blocks(server, letter, member, monkeypatch):
    member()
    server.is_silent = True
    monkeypatch.setattr(domain_health, "Lookups", lambda: Lookups(seconds=0.1))
    domain_health.check_all()
    assert (line(letter).tone, line(letter).title) == (
        "warn",
        "It is not known whether platform.example may send mail",
    )


def test_a_domain_that_nobody_looked_at_warns_with_the_reason(letter, member, settings):
    member()
    assert line(letter).title == "Nobody has checked whether platform.example may send mail"
    settings.CHECK_DOMAINS = True
    assert line(letter).title == "platform.example has not been checked yet"
    assert line(letter).tone == "warn"


def test_another_address_is_another_domain(server, sender):
    domain_health.check_all()
    Sender.objects.update(from_email="ana@elsewhere.example")
    assert domain_health.state_of(Sender.objects.get()) == ""


def test_what_was_asked_about_a_former_domain_is_not_kept(server, sender):
    health = domain_health.look(sender)
    Sender.objects.update(from_email="ana@elsewhere.example")
    assert domain_health.keep(sender, health) is False
    assert Sender.objects.get().domain_health == {}


def test_an_officer_asks_again_on_the_page_of_the_checklist(server, zone, letter, member, sign_in, officer):
    member()
    client = sign_in(officer)
    check = reverse("mailing:letter_check", args=[letter.reference])
    assert "platform.example has not been checked yet." in page(client.get(check))
    del zone[f"_dmarc.{DOMAIN}"]
    shown = page(client.post(reverse("mailing:letter_domain", args=[letter.reference]), follow=True))
    assert "platform.example is not set up as it should be." in shown
    assert "Fix before anyone can approve" in shown
    zone[f"_dmarc.{DOMAIN}"] = {"TXT": ["v=DMARC1; p=none"]}
    shown = page(client.post(reverse("mailing:letter_domain", args=[letter.reference]), follow=True))
    assert "platform.example is set up." in shown
    assert AuditEvent.objects.filter(sentence="had the domain of a sender checked").count() == 2


def test_an_administrator_sees_and_asks_on_the_page_of_senders(server, sender, sign_in, administrator, officer):
    client = sign_in(administrator)
    assert "Not checked" in page(client.get(reverse("mailing:sender_list")))
    shown = page(client.post(reverse("mailing:sender_check", args=[sender.pk]), follow=True))
    assert "SPF: 1 of 10 look-ups" in shown
    assert "DMARC: none" in shown
    assert client.post(reverse("mailing:sender_check", args=[sender.pk + 9])).status_code == 404
    assert sign_in(officer).post(reverse("mailing:sender_check", args=[sender.pk])).status_code == 403


def test_a_page_that_may_not_ask_offers_no_button(sender, letter, member, sign_in, officer):
    shown = page(sign_in(officer).get(reverse("mailing:letter_check", args=[letter.reference])))
    assert "this installation does not ask the DNS" in shown
    assert "Check it now" not in shown


def test_a_new_selector_is_kept_and_rung_for(
    sender, sign_in, administrator, monkeypatch, django_capture_on_commit_callbacks
):
    rung = []
    monkeypatch.setattr(bell, "ring_domains", lambda: rung.append(1))
    client = sign_in(administrator)
    url = reverse("mailing:sender_edit", args=[sender.pk])
    fields = {"name": sender.name, "from_email": sender.from_email, "reply_to": sender.reply_to}
    fields |= {"person": sender.person, "person_role": sender.person_role, "is_default": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, fields | {"dkim_selector": "news2026 old"})
    assert Sender.objects.get().dkim_selector == "news2026, old"
    assert rung == [1]
    refused = client.post(url, fields | {"dkim_selector": "news_2026!"})
    assert refused.status_code == 422
    assert "“news_2026!” is no selector." in page(refused)


def test_the_command_prints_keeps_and_fails_when_a_domain_does(server, sender, capsys):
    call_command("check_domain")
    shown = capsys.readouterr().out
    assert shown.startswith("platform.example: warn\n")
    assert "Write its selector beside the sender" in shown
    with pytest.raises(CommandError, match=r"Not set up: nowhere\.example\."):
        call_command("check_domain", "nowhere.example", DOMAIN, "--json")
    rows = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    assert [row["state"] for row in rows] == ["bad", "warn"]
    assert Sender.objects.get().domain_health["state"] == "warn"


def test_the_command_says_that_it_may_not_ask(sender):
    with pytest.raises(CommandError, match="CHECK_DOMAINS is off"):
        call_command("check_domain")
