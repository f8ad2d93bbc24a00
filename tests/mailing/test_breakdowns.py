"""What became of a letter by group, country, committee and language: from the frozen rows, in one query."""

import pytest
from django.urls import reverse
from django.utils import timezone

from mailing import breakdowns
from mailing.models import Delivery
from tests.factories import ContactFactory
from tests.letters import letter_being_sent, queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailing(db):
    """Five people: two of the EPP (one sits on two committees), two of the S&D, one outside the Parliament."""
    mailing = letter_being_sent(0)
    places = [
        ("EPP", "IE", ["LIBE", "FEMM"], "en"),
        ("EPP", "FR", ["LIBE"], "fr"),
        ("SD", "FR", ["FEMM"], "fr"),
        ("SD", "AT", [], "en"),
        ("", "", [], "en"),
    ]
    for group, country, committees, language in places:
        queue(mailing, ContactFactory(), language, group=group, country=country, committees=committees)
    rows = list(mailing.deliveries.order_by("pk"))
    now = timezone.now()
    changes = [
        {"status": "sent", "sent_at": now, "replied_at": now},
        {"status": "sent", "sent_at": now, "bounced_at": now},
        {"status": "failed", "error_kind": "permanent"},
        {"status": "uncertain", "error_kind": "outcome_unknown"},
        {},
    ]
    for row, change in zip(rows, changes, strict=True):
        Delivery.objects.filter(pk=row.pk).update(**change)
    left_out = queue(mailing, ContactFactory(), group="EPP")
    Delivery.objects.filter(pk=left_out.pk).update(status="skipped", skip_reason="no_address", email=None)
    type(mailing).objects.filter(pk=mailing.pk).update(recipients=5, matched=6)
    mailing.refresh_from_db()
    return mailing


def of(parts):
    return {part.code: part for part in parts}


def test_each_way_of_cutting_counts_every_recipient_and_nobody_who_was_left_out(mailing):
    found = breakdowns.breakdowns(mailing)
    assert list(found) == ["group", "country", "committee", "language"]
    for by in ("group", "country", "language"):
        assert sum(part.total for part in found[by]) == 5, by
    epp = of(found["group"])["EPP"]
    assert (epp.label, epp.total, epp.accepted, epp.replied, epp.bounced) == ("EPP", 2, 1, 1, 1)
    assert of(found["group"])["SD"].label == "S&D"
    assert of(found["group"])["SD"].missing == 2
    assert found["group"][-1].label == "No group"


def test_who_sits_on_two_committees_counts_in_both(mailing):
    found = of(breakdowns.breakdowns(mailing)["committee"])
    assert (found["LIBE"].total, found["FEMM"].total, found[""].total) == (2, 2, 2)


def test_languages_and_countries_are_named(mailing):
    found = breakdowns.breakdowns(mailing)
    assert [(part.label, part.total) for part in found["language"]] == [("English", 3), ("French", 2)]
    assert of(found["country"])["FR"].label == "France"


def test_a_way_of_cutting_that_has_nothing_to_cut_by_is_left_out():
    mailing = letter_being_sent(2)
    assert list(breakdowns.breakdowns(mailing)) == ["country", "language"]


def test_one_query_however_many_people(mailing, django_assert_num_queries):
    for number in range(40):
        queue(mailing, ContactFactory(), "en", group="EPP", country="IE", committees=["LIBE"][: number % 2])
    with django_assert_num_queries(1):
        breakdowns.breakdowns(mailing)


def test_the_report_shows_bars_and_their_other_cuts(mailing, sign_in, officer):
    client = sign_in(officer)
    url = reverse("mailing:letter_report", args=[mailing.reference])
    shown = client.get(url).content.decode()
    assert "S&amp;D" in shown
    assert "?by=committee" in shown
    assert "Who sits on two committees counts in both." in client.get(url + "?by=committee").content.decode()
    assert client.get(url + "?by=nonsense").status_code == 200


def test_the_page_of_figures_names_all_of_them(mailing, sign_in, officer, stranger):
    url = reverse("mailing:letter_figures", args=[mailing.reference])
    shown = sign_in(officer).get(url).content.decode()
    for words in ("Group", "Country", "Committee", "Language", "France", "No reply"):
        assert words in shown
    assert sign_in(stranger).get(url).status_code == 404


def test_a_large_mailing_is_counted_only_when_asked(mailing, sign_in, officer, monkeypatch):
    monkeypatch.setattr(breakdowns, "MOST_AT_ONCE", 4)
    client = sign_in(officer)
    url = reverse("mailing:letter_report", args=[mailing.reference])
    shown = client.get(url).content.decode()
    assert "Count by country" in shown
    assert 'class="hbars"' not in shown
    assert 'class="hbars"' in client.get(url + "?by=country").content.decode()
