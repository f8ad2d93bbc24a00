"""Leaving a list, and objecting to letters, in a real Chromium.

Opening the page with scripts on changes nothing, the button does, undo undoes.
"""

import pytest
from django.utils import timezone

from contacts.models import ContactList, Subscription, Suppression
from mailing import unsubscribe
from mailing.models import Mailing
from tests.letters import letter_being_sent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_reader_leaves_comes_back_and_keeps_no_cookie(visit):
    news = ContactList.objects.create(name="Road Notes")
    delivery = letter_being_sent(1, kind=Mailing.Kind.NEWSLETTER, contact_list=news).deliveries.get()
    Subscription.objects.create(
        contact=delivery.contact, contact_list=news, status="active", confirmed_at=timezone.now()
    )
    path = f"/unsubscribe/{unsubscribe.token_for(delivery.public_id)}/"
    with visit() as reader:
        page = reader.open(path)
        page.wait_for_load_state("networkidle")
        assert not Suppression.objects.exists()
        reader.check_page("the question")
        page.get_by_role("button", name="Unsubscribe").click()
        page.get_by_role("heading", name="Done. You have left.").wait_for()
        assert Suppression.objects.get().scope == f"list:{news.pk}"
        reader.check_page("the answer")
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("heading", name="You are back").wait_for()
        assert not Suppression.objects.exists()
        reader.check_page("undone")
        reader.open("/unsubscribe/cut-short/")
        reader.check_page("a link cut short")
        assert page.context.cookies() == []
        reader.check_no_complaints()


def test_an_office_objects_to_letters_and_takes_it_back(visit):
    delivery = letter_being_sent(1).deliveries.get()
    with visit() as reader:
        page = reader.open(f"/objection/{unsubscribe.token_for(delivery.public_id)}/")
        page.wait_for_load_state("networkidle")
        assert not Suppression.objects.exists()
        reader.keep_pictures("objection")
        reader.check_page("the question")
        page.get_by_role("button", name="No more letters to me").click()
        page.get_by_role("heading", name="Done. No more letters.").wait_for()
        assert Suppression.objects.get().scope == "letters"
        reader.keep_pictures("objected")
        reader.check_page("the answer")
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("heading", name="We may write again").wait_for()
        assert not Suppression.objects.exists()
        reader.check_page("undone")
        assert page.context.cookies() == []
        reader.check_no_complaints()
