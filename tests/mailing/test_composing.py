"""Writing passages and asks into a letter: what is saved, what it withdraws, and who came first."""

import pytest

from accounts.models import AuditEvent
from advocacy.asking import uses_of
from advocacy.models import Ask, AskText
from mailing import composing, lifecycle, merge
from mailing.composing import PassageConflict, Readers, Wording
from mailing.models import Mailing, MailingAsk, MailingContent, Passage, PassageText
from tests.factories import MailingContentFactory

pytestmark = pytest.mark.django_db


def write(mailing, body, *, actor, readers=None, place=1, **wording):
    """A new alternative in English."""
    made = Passage(mailing=mailing, place=place, position=0)
    return composing.save_passage(made, readers or Readers(country="AT"), Wording("en", body, **wording), actor=actor)


@pytest.fixture
def ask(db):
    """Free legal aid, in English and French."""
    made = Ask.objects.create(slug="free-legal-aid")
    AskText.objects.create(ask=made, language="en", title="Free legal aid", explanation="From the first contact.")
    AskText.objects.create(ask=made, language="fr", title="Aide juridique <gratuite>")
    return made


def bodies(mailing):
    """Language → body, as they are stored."""
    return dict(MailingContent.objects.filter(mailing=mailing).values_list("language", "body"))


def test_the_first_alternative_puts_its_place_before_the_closing_of_every_version(letter, officer):
    MailingContentFactory(mailing=letter, language="fr", body="<p>{{ salutation }}</p><p>Ni formule.</p>")
    write(letter, "<p>To Vienna.</p>", actor=officer)
    found = bodies(letter)
    assert found["en"].endswith("<p>{{ passage_1 }}</p><p>{{ closing }}</p>")
    assert found["fr"] == "<p>{{ salutation }}</p><p>Ni formule.</p><p>{{ passage_1 }}</p>"
    assert set(MailingContent.objects.values_list("edition", flat=True)) == {2}


def test_a_place_that_stands_in_a_text_is_left_where_it_is(letter, officer):
    MailingContent.objects.update(body="<p>{{ passage_1 }}</p><p>After.</p>")
    MailingContentFactory(mailing=letter, language="fr")
    before = bodies(letter)
    write(letter, "<p>To Vienna.</p>", actor=officer)
    assert bodies(letter) == before


def test_alternatives_are_tried_in_the_order_in_which_they_were_written(letter, officer):
    first = write(letter, "<p>A</p>", actor=officer)
    second = write(letter, "<p>B</p>", actor=officer, readers=Readers(country="IE"))
    rest = write(letter, "<p>C</p>", actor=officer, readers=Readers())
    assert [first.position, second.position, rest.position] == [1, 2, 3]
    assert composing.move_passage(second, down=False, actor=officer)
    assert not composing.move_passage(second, down=False, actor=officer)
    assert list(Passage.objects.order_by("position").values_list("country", flat=True)) == ["IE", "AT", ""]


def test_everybody_else_has_one_text(letter, officer):
    write(letter, "<p>C</p>", actor=officer, readers=Readers())
    with pytest.raises(lifecycle.LifecycleError, match="everybody else already"):
        write(letter, "<p>D</p>", actor=officer, readers=Readers())


@pytest.mark.parametrize("body", ["<p>{{ qqq }}</p>", "<p>{{ passage_2 }}</p>", "<p>{% if x %}</p>"])
def test_a_wording_outside_the_merge_language_is_refused(letter, officer, body):
    with pytest.raises(merge.MergeError):
        write(letter, body, actor=officer)
    assert not Passage.objects.exists()


def test_a_change_of_a_passage_withdraws_an_approval(approved, officer):
    was = approved.version
    write(approved, "<p>To Vienna.</p>", actor=officer)
    row = Mailing.objects.get(pk=approved.pk)
    assert (row.status, row.approver, row.deliveries.count()) == ("draft", None, 0)
    assert row.version > was


def test_a_passage_that_somebody_else_saved_is_not_overwritten(letter, officer, approver):
    passage = write(letter, "<p>Mine.</p>", actor=officer, page="a" * 32)
    composing.save_passage(passage, Readers(country="AT"), Wording("en", "<p>Theirs.</p>", edition=1), actor=approver)
    with pytest.raises(PassageConflict) as refused:
        composing.save_passage(passage, Readers(country="AT"), Wording("en", "<p>Older.</p>", edition=1), actor=officer)
    assert refused.value.theirs.body == "<p>Theirs.</p>"
    assert PassageText.objects.get().body == "<p>Theirs.</p>"


def test_an_empty_wording_takes_the_language_out(letter, officer):
    passage = write(letter, "<p>To Vienna.</p>", actor=officer)
    composing.save_passage(passage, Readers(country="AT"), Wording("en", "", edition=1), actor=officer)
    assert not PassageText.objects.exists()
    assert Passage.objects.exists()


def test_with_the_last_alternative_the_place_goes_from_the_text(letter, officer):
    before = bodies(letter)
    passage = write(letter, "<p>To Vienna.</p>", actor=officer)
    composing.remove_passage(passage, actor=officer)
    assert bodies(letter) == before
    assert not Passage.objects.exists()


def test_a_letter_has_nine_places(letter, officer):
    for place in range(1, 10):
        Passage.objects.create(mailing=letter, place=place, position=1, country="AT")
    with pytest.raises(lifecycle.LifecycleError, match="nine places"):
        composing.free_place(letter)


def test_once_sending_has_started_passages_stay_as_they_are(approved, start, officer):
    start(approved)
    with pytest.raises(lifecycle.LifecycleError, match="Sending has started"):
        write(approved, "<p>To Vienna.</p>", actor=officer)
    assert not Passage.objects.exists()


def test_an_ask_is_put_into_every_version_in_whose_language_it_is_worded(letter, officer, ask):
    MailingContentFactory(mailing=letter, language="fr")
    MailingContentFactory(mailing=letter, language="de")
    german = bodies(letter)["de"]
    assert composing.add_ask(letter, ask, actor=officer) == ["en", "fr"]
    found = bodies(letter)
    english = "<ol><li><strong>Free legal aid</strong> From the first contact.</li></ol><p>{{ closing }}</p>"
    assert found["en"].endswith(english)
    assert "<li><strong>Aide juridique &lt;gratuite&gt;</strong></li>" in found["fr"]
    assert found["de"] == german
    assert AuditEvent.objects.first().sentence == f"put the ask “free-legal-aid” into the text of {letter.reference}"


def test_the_next_ask_joins_the_list(letter, officer, ask):
    other = Ask.objects.create(slug="a-fund")
    AskText.objects.create(ask=other, language="en", title="A public fund")
    composing.add_ask(letter, ask, actor=officer)
    composing.add_ask(letter, other, actor=officer)
    body = bodies(letter)["en"]
    assert body.count("<ol>") == 1
    assert body.count("<li>") == 2


def test_an_ask_is_made_once_and_shown_on_its_page(letter, officer, ask):
    composing.add_ask(letter, ask, actor=officer)
    before = bodies(letter)
    assert composing.add_ask(letter, ask, actor=officer) == []
    assert bodies(letter) == before
    assert [use.title for use in uses_of(officer, ask)] == [letter.title]
    assert composing.let_ask_go(letter, ask, actor=officer)
    assert uses_of(officer, ask) == []
    assert bodies(letter) == before


def test_an_ask_without_a_wording_in_the_letters_languages_is_refused(letter, officer):
    ask = Ask.objects.create(slug="unworded")
    AskText.objects.create(ask=ask, language="sv", title="Rättshjälp")
    with pytest.raises(LookupError, match="not worded in a language of this letter"):
        composing.add_ask(letter, ask, actor=officer)
    assert not MailingAsk.objects.exists()
