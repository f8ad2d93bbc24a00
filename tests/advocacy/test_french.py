"""What outsiders read is French where the address says so, all of it; and the check that holds it so can fail."""

import pytest
from babel.messages.catalog import Catalog
from django.core.management import CommandError, call_command
from django.utils import translation
from django.utils.translation import trans_real

from desk import translations
from desk.translations import Sentence, catalogue_path, problems, read_catalogue, sentences
from tests.factories import StatementFactory, StatementTextFactory

WANTED = [
    Sentence("Read it", place="a.html"),
    Sentence("%(n)s text of %(who)s", "%(n)s texts of %(who)s", place="b.py"),
]
PLURAL = ("%(n)s text of %(who)s", "%(n)s texts of %(who)s")


def catalogue(single="Lisez-le", plural=("Un texte de %(who)s", "%(n)s textes de %(who)s"), flags=()):
    made = Catalog(locale="fr")
    made.add("Read it", single, flags=flags)
    made.add(PLURAL, plural)
    return made


def test_everything_outsiders_read_is_translated_and_compiled():
    call_command("check_translations", verbosity=0)


def test_the_catalogue_holds_nothing_that_nobody_reads_any_more():
    wanted = {sentence.key for sentence in sentences()}
    kept = [message for message in read_catalogue(catalogue_path("fr")) if message.id]
    ids = [(message.context or "", message.id[0] if message.pluralizable else message.id) for message in kept]
    assert [entry for entry in ids if entry not in wanted] == []


class TestTheCheck:
    def test_is_content_with_a_whole_catalogue(self):
        assert list(problems(catalogue(), WANTED)) == []

    def test_fails_on_a_sentence_that_is_missing(self):
        assert list(problems(Catalog(locale="fr"), WANTED[:1])) == ["a.html: “Read it” is not translated into fr."]
        assert len(list(problems(catalogue(single=""), WANTED))) == 1

    def test_fails_on_a_plural_that_is_half_there(self):
        assert "not translated" in next(problems(catalogue(plural=("Un texte de %(who)s", "")), WANTED))

    def test_fails_on_a_translation_that_nobody_checked(self):
        assert "nobody checked" in next(problems(catalogue(flags=["fuzzy"]), WANTED))

    @pytest.mark.parametrize(
        "plural",
        [
            ("Un texte de %(who)s", "%(n)s textes"),
            ("Un texte de %(who)s", "%(nombre)s textes de %(who)s"),
            ("Un texte de %(qui)s", "%(n)s textes de %(who)s"),
        ],
    )
    def test_fails_on_placeholders_that_differ(self, plural):
        assert "other placeholders" in next(problems(catalogue(plural=plural), WANTED))

    def test_fails_where_two_plurals_share_a_singular_for_a_catalogue_knows_only_one(self):
        other = Sentence(PLURAL[0], "%(count)s texts of %(who)s", place="c.py")
        assert "another plural elsewhere" in next(problems(catalogue(), [other]))

    def test_command_fails_on_a_new_sentence_and_says_where(self, monkeypatch):
        new = Sentence("A sentence of tomorrow", place="templates/public/new.html")
        monkeypatch.setattr("desk.management.commands.check_translations.sentences", lambda: [new])
        with pytest.raises(CommandError, match=r"public/new\.html: “A sentence of tomorrow”"):
            call_command("check_translations")

    def test_command_fails_when_the_compiled_file_is_old(self, monkeypatch):
        monkeypatch.setattr("desk.management.commands.check_translations.compiled", lambda _catalogue: b"other")
        with pytest.raises(CommandError, match="--write"):
            call_command("check_translations")

    def test_finds_sentences_in_templates_with_what_they_include_and_in_named_code(self, tmp_path, settings):
        public = tmp_path / "templates" / "public"
        public.mkdir(parents=True)
        (public / "a.html").write_text(
            '{% load i18n %}{% include "part.html" with label=_("Label") %}{% translate "It\'s so" %}\n'
            "{% blocktranslate count n=n %}One {{ who }}{% plural %}{{ n }} of {{ who }}{% endblocktranslate %}"
        )
        (tmp_path / "templates" / "part.html").write_text('{% load i18n %}{% translate "Part" context "month" %}')
        (tmp_path / "advocacy").mkdir()
        (tmp_path / "advocacy" / "home.py").write_text('_("All " "of it")\nngettext("%(n)d", "%(n)ds", 3)\n_(name)\n')
        settings.BASE_DIR = tmp_path
        found = {(row.context, row.english, row.plural) for row in translations.sentences()}
        assert found == {
            ("", "Label", ""),
            ("", "It's so", ""),
            ("", "One %(who)s", "%(n)s of %(who)s"),
            ("month", "Part", ""),
            ("", "All of it", ""),
            ("", "%(n)d", "%(n)ds"),
        }


@pytest.fixture
def untranslated(monkeypatch):
    """Every sentence that is asked for in French and stays English while a page is made."""
    found = []
    original = trans_real.DjangoTranslation.gettext, trans_real.DjangoTranslation.ngettext

    def gettext(self, message):
        answer = original[0](self, message)
        if self.language() == "fr" and message and message not in self._catalog:
            found.append(message)
        return answer

    def ngettext(self, one, many, number):
        try:
            self._catalog.plural(one, number)
        except KeyError:
            found.extend([one] if self.language() == "fr" else [])
        return original[1](self, one, many, number)

    monkeypatch.setattr(trans_real.DjangoTranslation, "gettext", gettext, raising=False)
    monkeypatch.setattr(trans_real.DjangoTranslation, "ngettext", ngettext, raising=False)
    return found


@pytest.fixture
def one_of_each(published, approver):
    """A published statement with a French version, one that replaces another, and one that was withdrawn."""
    StatementTextFactory(statement=published, language="fr", title="Un droit", summary="En bref.")
    newer = StatementFactory(
        slug="newer",
        kind="press_release",
        status="published",
        published_at=published.published_at,
        approved_by=approver,
        approved_at=published.approved_at,
        supersedes=published,
        is_sample=True,
    )
    StatementTextFactory(statement=newer, language="fr", title="Plus récent")
    gone = StatementFactory(
        slug="gone",
        status="withdrawn",
        published_at=newer.published_at,
        approved_by=approver,
        approved_at=newer.approved_at,
    )
    StatementTextFactory(statement=gone, language="fr", title="Retiré")
    return published


@pytest.mark.parametrize(
    "path",
    [
        "/fr/",
        "/fr/statements/",
        "/fr/statements/?q=rien",
        "/fr/statements/compensation-is-a-right/",
        "/fr/statements/newer/",
        "/fr/statements/gone/",
        "/fr/plans/",
        "/fr/languages/",
        "/fr/privacy/",
        "/fr/nulle-part/",
        "/feeds/fr/statements.atom",
    ],
)
def test_no_sentence_of_a_french_page_stays_english(client, one_of_each, untranslated, path, settings):
    settings.HELPLINE_URL = "https://help.example/"
    settings.DEMO = True
    answer = client.get(path)
    assert answer.status_code in {200, 404, 410}
    assert untranslated == []


def test_an_english_and_a_french_page_say_so(client, one_of_each):
    french = client.get("/fr/statements/compensation-is-a-right/")
    assert '<html lang="fr"' in french.content.decode()
    assert "Déclaration" in french.content.decode()
    assert "Publié le" in french.content.decode()
    assert french["Content-Language"] == "fr"
    assert '<html lang="en"' in client.get("/en/statements/compensation-is-a-right/").content.decode()


def test_a_french_browser_gets_an_english_desk(client, officer):
    client.force_login(officer)
    answer = client.get("/desk/", headers={"Accept-Language": "fr"})
    assert '<html lang="en"' in answer.content.decode()
    assert answer["Content-Language"] == "en"
    assert "Déclarations" not in answer.content.decode()


def test_colleagues_are_offered_only_languages_in_which_the_desk_is_whole(client, officer):
    client.force_login(officer)
    client.post("/desk/settings/", {"name": "Boris", "language": "fr"})
    officer.refresh_from_db()
    assert officer.language == "en"


def test_a_public_page_leaves_no_language_behind(client, one_of_each):
    client.get("/fr/")
    assert translation.get_language() == "en"
