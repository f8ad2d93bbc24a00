"""A translation knows whether it was reviewed against the words that stand in the source now."""

import pytest
from django.urls import reverse

from mailing import composing, following, lifecycle
from mailing.checklist import run
from mailing.composing import Readers, Wording
from mailing.drafting import Words, save_text
from mailing.models import Mailing, MailingContent, Passage
from tests.factories import MailingContentFactory

pytestmark = pytest.mark.django_db


def text(mailing, language):
    """A version as it is stored."""
    return MailingContent.objects.get(mailing=mailing, language=language)


def save(mailing, language, body, *, actor, is_reviewed=True):
    """Save what was typed on top of what is there."""
    found = MailingContent.objects.filter(mailing=mailing, language=language).first()
    words = Words("Subject", body, is_reviewed)
    return save_text(mailing, language, words, edition=found.edition if found else 0, actor=actor)


def is_behind(mailing, language="fr"):
    """Whether a version is behind its source."""
    return language in following.stale_languages(Mailing.objects.get(pk=mailing.pk))


@pytest.fixture
def translated(letter, officer):
    """English and a French version that a speaker has read."""
    save(letter, "fr", "<p>Bonjour.</p>", actor=officer)
    return letter


def test_a_translation_is_behind_once_its_source_changed(translated, officer):
    assert not is_behind(translated)
    save(translated, "en", "<p>Other words.</p>", actor=officer)
    assert is_behind(translated)
    assert not is_behind(translated, "en")


def test_a_source_that_goes_back_to_its_words_leaves_nobody_behind(translated, officer):
    before = text(translated, "en")
    save(translated, "en", "<p>Other words.</p>", actor=officer)
    words = Words(before.subject, before.body, True)
    save_text(translated, "en", words, edition=before.edition + 1, actor=officer)
    assert not is_behind(translated)


def test_going_on_typing_in_a_reviewed_translation_does_not_say_it_was_read_again(translated, officer):
    save(translated, "en", "<p>Other words.</p>", actor=officer)
    save(translated, "fr", "<p>Bonjour, une virgule.</p>", actor=officer)
    assert is_behind(translated)


def test_reviewing_it_again_brings_it_up_to_date(translated, officer):
    save(translated, "en", "<p>Other words.</p>", actor=officer)
    save(translated, "fr", "<p>Autres mots.</p>", actor=officer, is_reviewed=False)
    assert not is_behind(translated)
    save(translated, "fr", "<p>Autres mots.</p>", actor=officer)
    assert not is_behind(translated)


def test_a_translation_of_before_is_not_accused(letter, officer):
    MailingContentFactory(mailing=letter, language="fr")
    save(letter, "en", "<p>Other words.</p>", actor=officer)
    assert not is_behind(letter)


def test_saying_that_it_is_right_as_it_is_keeps_an_approval(translated, officer, approver, member):
    member()
    save(translated, "en", "<p>{{ salutation }}</p><p>Other words.</p>", actor=officer)
    lifecycle.submit(translated, actor=officer, approver=approver)
    assert following.accept(translated, "fr", actor=officer)
    assert not following.accept(translated, "fr", actor=officer)
    assert not is_behind(translated)
    assert Mailing.objects.get(pk=translated.pk).status == "in_review"


def test_what_the_program_puts_into_all_versions_leaves_none_behind(translated, officer):
    passage = Passage(mailing=translated, place=1, position=0)
    composing.save_passage(passage, Readers(country="AT"), Wording("en", "<p>To Vienna.</p>"), actor=officer)
    assert "passage_1" in text(translated, "fr").body
    assert not is_behind(translated)


def test_the_checklist_says_how_many_would_read_the_older_wording(translated, officer, member):
    member(country="FR")
    member(country="FR")
    save(translated, "en", "<p>Other words.</p>", actor=officer)
    found = run(Mailing.objects.get(pk=translated.pk))
    lines = [(item.title, item.detail) for item in found.warnings if item.key == "behind"]
    assert lines == [("The French text is behind the English one", "2 people would read the older wording.")]


def test_the_page_shows_what_changed_and_one_press_settles_it(translated, officer, sign_in, member):
    member(country="FR")
    save(translated, "en", "<p>Please support the seven points.</p>", actor=officer)
    client = sign_in(officer)
    url = reverse("mailing:letter_write", args=[translated.reference])
    shown = client.get(f"{url}?lang=fr").content.decode()
    assert "The French text is behind the English one." in shown
    assert "One person would read the older wording." in shown
    assert "What changed in the English text" in shown
    assert "Behind" in client.get(url).content.decode()
    client.post(reverse("mailing:language_current", args=[translated.reference, "fr"]))
    assert "is behind" not in client.get(f"{url}?lang=fr").content.decode()


def test_languages_that_readers_have_and_the_letter_has_not_are_tabs_too(translated, officer, sign_in, member):
    for country in ("FR", "DE", "DE", "IE"):
        member(country=country)
    client = sign_in(officer)
    url = reverse("mailing:language_missing", args=[translated.reference])
    assert url in client.get(reverse("mailing:letter_write", args=[translated.reference])).content.decode()
    shown = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "German" in shown
    assert "Missing, 2 readers" in shown
    assert "French" not in shown
    assert client.get(url).url == reverse("mailing:letter_audience", args=[translated.reference])
