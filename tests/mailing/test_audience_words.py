"""What the audience page says: the arithmetic in words, the languages, and which rule emptied it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import ContactList
from mailing import audience, sums
from mailing.audience import AudiencePreview
from mailing.models import AudienceRule, Delivery, Mailing
from tests.factories import MailingContentFactory, MailingFactory

pytestmark = pytest.mark.django_db


def page(response):
    return " ".join(response.content.decode().split())


def reason(mailing):
    fresh = Mailing.objects.get(pk=mailing.pk)
    return sums.empty_reason(fresh, audience.preview(fresh))


def shown(client, mailing):
    return page(client.get(reverse("mailing:letter_audience", args=[mailing.reference])))


def test_who_sits_on_two_of_the_committees_is_said_to_get_one_letter(letter, member, sign_in, officer):
    member(committee="LIBE FEMM"), member(committee="FEMM"), member(committee="LIBE EMPL")
    letter.audience_rules.update(criteria={"seat": {"committee": ["LIBE", "FEMM"]}})
    assert "3 matched (1 sits on several of these committees and gets one letter), 0 left out." in shown(
        sign_in(officer), letter
    )


def test_an_empty_list_and_an_unanswered_letter_are_named_when_nobody_is_among_them(letter):
    letter.audience_rules.all().delete()
    AudienceRule.objects.create(mailing=letter, contact_list=ContactList.objects.create(name="Road Notes"))
    assert reason(letter) == "Nobody is among the list “Road Notes”."
    letter.audience_rules.all().delete()
    first = MailingFactory(reference="TST-2026-900")
    AudienceRule.objects.create(mailing=letter, received=first, received_state="unanswered")
    assert reason(letter) == "Nobody is among whoever got TST-2026-900 and did not reply."


def test_the_rule_that_leaves_everybody_out_is_named(letter, member):
    person = member()
    rule = AudienceRule.objects.create(mailing=letter, effect="exclude", criteria={"country": ["IE"]})
    assert reason(letter) == "1 matched, and all of them are left out. Why: the choices of this letter (1)."
    rule.delete()
    AudienceRule.objects.create(mailing=letter, effect="exclude", written_to_within_days=14)
    now = timezone.now()
    Delivery.objects.create(
        mailing=MailingFactory(), contact=person, language="en", status="sent", sent_at=now, queued_at=now
    )
    assert "Why: anyone we wrote to in the last 14 days (1)." in reason(letter)


def test_no_choice_at_all_says_so(letter):
    letter.audience_rules.all().delete()
    assert reason(letter) == "Nobody has been chosen yet."


def test_who_falls_back_and_why_is_told_with_a_link_to_each_text(letter, member, sign_in, officer):
    MailingContentFactory(mailing=letter, language="it", is_reviewed=False)
    member(country="IE"), member(country="IT"), member(country="IT"), member(country="PL")
    html = shown(sign_in(officer), letter)
    assert "1 of 4" in html
    assert "3 people would get the English letter." in html
    write = reverse("mailing:letter_write", args=[letter.reference])
    assert f'<a href="{write}?lang=it">Review Italian</a> (2)' in html
    assert f'<a href="{write}?lang=pl">Add Polish</a> (1)' in html


def test_many_languages_end_in_one_bar_and_the_whole_list_is_a_fold_away():
    rows = [
        (code, "en" if code in {"lt", "lv"} else code, 20 - n)
        for n, code in enumerate(["en", "de", "fr", "it", "es", "pl", "ro", "nl", "pt", "lt", "lv"])
    ]
    preview = AudiencePreview(200, 165, {}, rows)
    bars = sums.language_bars(preview, most=8)
    assert [bar["label"] for bar in bars[:2]] == ["English", "German"]
    assert (len(bars), bars[-1]["label"], bars[-1]["value"]) == (9, "3 others", 12 + 11 + 10)
    assert (bars[-1]["note"], bars[-1]["warn"]) == ("some in English", True)
    assert len(sums.language_bars(preview)) == 11


def test_three_letters_worth_reading_are_proposed_with_the_reason(letter, member, sign_in, officer):
    member(country="PL"), member(committee="LIBE FEMM"), member(family_name="A" * 40), member()
    html = shown(sign_in(officer), letter)
    assert "Worth reading:" in html
    assert "(Reads Polish, gets English)" in html
    assert "(Sits on two committees: one letter)" in html
    assert "(The longest name)" in html


def test_the_lines_that_leave_people_out_have_their_numbers(letter, member, sign_in, officer):
    member(), member(email=""), member(email="")
    html = shown(sign_in(officer), letter)
    assert "People without an address</label> <a href=" in html
    assert '<b class="num">2</b>' in html


def test_send_me_a_test_saves_and_leads_to_the_test(letter, member, sign_in, officer):
    member()
    url = reverse("mailing:letter_audience", args=[letter.reference])
    made = sign_in(officer).post(url, {"who-committees": ["LIBE"], "who-role": "full", "test": "1"})
    assert made.url == reverse("mailing:letter_check", args=[letter.reference]) + "#test"


def test_a_limit_of_days_that_was_chosen_elsewhere_is_kept(letter, member, sign_in, officer):
    AudienceRule.objects.create(mailing=letter, effect="exclude", written_to_within_days=21)
    html = shown(sign_in(officer), letter)
    assert '<option value="21" selected>in the last 21 days</option>' in html
