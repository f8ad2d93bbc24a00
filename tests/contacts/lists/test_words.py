"""What readers see of a list and agree to, language by language, and what it lacks before it can be opened."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from contacts.models import ContactList, ListText
from contacts.offering import lacks
from tests.contacts.lists.conftest import WORDS
from tests.factories import ContactListFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bare(db):
    return ContactListFactory(name="Bare")


def edit(client, found, **more):
    data = {"name": found.name, "wording": "Send me the letter.", "soft_bounce_limit": "3"} | more
    return client.post(reverse("contacts:list_edit", args=[found.pk]), data)


def test_words_of_a_language_are_written_and_told_to_the_trail(signed_in, bare):
    address = reverse("contacts:list_words", args=[bare.pk, "de"])
    assert "German" in signed_in.get(address).content.decode()
    data = {**WORDS, "name": "Brief\x07  des Netzwerks", "wording": "Schicken Sie mir den Brief."}
    assert signed_in.post(address, data).status_code == 302
    text = ListText.objects.get()
    assert (text.language, text.name, text.frequency) == ("de", "Brief des Netzwerks", "Once a month")
    assert bare.wording_in("de").text == "Schicken Sie mir den Brief."
    assert AuditEvent.objects.latest("id").sentence == "wrote a list's words in de"


def test_another_wording_is_a_new_version_of_its_language_alone(signed_in, letter, page):
    address = page("list_words", "fr")
    for wording in ("Envoyez-moi la lettre.", "Envoyez-moi la lettre, chaque mois."):
        signed_in.post(address, {**WORDS, "wording": wording})
    assert list(letter.wordings.filter(language="fr").values_list("version", flat=True)) == [2, 1]
    assert letter.wordings.filter(language="en").count() == 1
    shown = signed_in.get(page("list_detail")).content.decode()
    assert "Envoyez-moi la lettre, chaque mois." in shown
    assert "Earlier versions" in shown


def test_a_language_without_a_wording_begins_empty_though_another_language_has_one(signed_in, letter, page):
    assert letter.own_wording_in("en").text == letter.wording_in("de").text
    assert letter.own_wording_in("de") is None
    assert signed_in.get(page("list_words", "de")).context["form"]["wording"].value() == ""


def test_a_name_without_wording_is_not_saved(signed_in, bare):
    answer = signed_in.post(reverse("contacts:list_words", args=[bare.pk, "de"]), WORDS)
    assert answer.status_code == 422
    assert not ListText.objects.exists()


def test_a_language_we_do_not_write_in_has_no_page(signed_in, bare):
    assert signed_in.get(reverse("contacts:list_words", args=[bare.pk, "tlh"])).status_code == 404


def test_the_menu_offers_only_languages_that_are_not_there(signed_in, letter, page):
    asked = signed_in.get(page("list_language"), {"language": "de"})
    assert asked.url == page("list_words", "de")
    assert signed_in.get(page("list_language"), {"language": "fr"}).url == page("list_detail")


def test_a_list_without_words_says_what_it_lacks_and_stays_closed(signed_in, bare):
    answer = edit(signed_in, bare, is_open="on")
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Give the list an address" in shown
    assert "Write what readers see" in shown
    bare.refresh_from_db()
    assert not bare.is_open


def test_a_list_is_opened_once_every_language_has_its_wording(signed_in, bare):
    ListText.objects.create(contact_list=bare, language="fr", name="Lettre")
    answer = edit(signed_in, bare, is_open="on", slug="bare")
    assert "what people agree to in French" in answer.content.decode()
    signed_in.post(reverse("contacts:list_words", args=[bare.pk, "fr"]), {**WORDS, "wording": "Envoyez-la-moi."})
    assert edit(signed_in, bare, is_open="on", slug="bare").status_code == 302
    bare.refresh_from_db()
    assert bare.is_open
    assert lacks(bare) == []


@pytest.mark.parametrize("slug", ["sent", "embed", "letter", "two words"])
def test_an_address_of_ours_or_of_another_list_is_refused(signed_in, bare, letter, slug):
    assert edit(signed_in, bare, slug=slug).status_code == 422


def test_two_lists_may_have_no_address(signed_in, bare):
    ContactListFactory(name="Other", slug=None)
    assert edit(signed_in, bare, slug="").status_code == 302
    bare.refresh_from_db()
    assert bare.slug is None


@pytest.mark.parametrize(("limit", "status"), [("0", 422), ("21", 422), ("five", 422), ("", 302), ("5", 302)])
def test_the_number_of_issues_that_may_come_back_is_from_1_to_20(signed_in, bare, limit, status):
    assert edit(signed_in, bare, soft_bounce_limit=limit).status_code == status
    assert ContactList.objects.get(pk=bare.pk).soft_bounce_limit == (5 if limit == "5" else 3)


def test_a_language_goes_from_the_page_but_never_the_last_of_an_open_list(signed_in, letter, page):
    assert "is gone" in signed_in.post(page("list_words_remove", "fr"), follow=True).content.decode()
    assert "Close the list first" in signed_in.post(page("list_words_remove", "en"), follow=True).content.decode()
    assert [text.language for text in letter.texts.all()] == ["en"]
    assert letter.wordings.filter(language="fr").exists()


def test_whether_links_are_counted_is_off_until_somebody_says_so(signed_in, bare):
    assert not bare.counts_clicks
    edit(signed_in, bare, counts_clicks="on")
    bare.refresh_from_db()
    assert bare.counts_clicks
    shown = signed_in.get(reverse("contacts:list_detail", args=[bare.pk])).content.decode()
    assert "Counts how often links are followed" in shown
