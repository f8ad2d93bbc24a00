"""`demo --once` notices each fault of a newsletter: somebody missing, a second copy, a stranger, the wrong language."""

import pytest

from contacts.models import ContactList
from desk.demo.newsletter import Post, arrived, in_their_language
from mailing.models import Mailing
from tests.mailing.issues.readers import issue_of, subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(officer):
    """An issue in English and French, for one reader of each."""
    letter = ContactList.objects.create(name="Letter from the network", slug="network", is_open=True)
    for language in ("en", "fr"):
        subscribe(letter, language=language, email=f"{language}@reader.example")
    found = issue_of(letter, officer)
    Mailing.objects.filter(pk=found.pk).update(recipients=2)
    found.refresh_from_db()
    return found


@pytest.fixture
def caught(issue, tmp_path):
    """Writes what the catcher kept: pairs of an address and a language."""

    def write(*letters, reference=issue.reference):
        for number, (to, language) in enumerate(letters):
            head = f"To: {to}\nX-Reference: {reference}\nContent-Language: {language}\n"
            path = tmp_path / f"{reference}-{number}.eml"
            path.write_text(f"{head}List-Unsubscribe: <http://localhost/u/x/>, <mailto:a@b.example>\n\nText\n")
        return Post(tmp_path)

    return write


ENGLISH, FRENCH = ("en@reader.example", "en"), ("fr@reader.example", "fr")
EXPECTED = {"en@reader.example", "fr@reader.example"}


def test_one_for_each_is_fine(issue, caught):
    post = caught(ENGLISH, FRENCH)
    caught(("somebody@else.example", "en"), reference="DEM-2026-001")
    assert arrived("An issue", issue, post, EXPECTED).ok
    assert in_their_language(issue, post).ok
    assert [one.leave for one in post.issues(issue)] == ["http://localhost/u/x/"] * 2


@pytest.mark.parametrize(
    "letters",
    [[], [ENGLISH], [ENGLISH, FRENCH, FRENCH], [ENGLISH, FRENCH, ("somebody@else.example", "en")]],
    ids=["nothing", "one is missing", "a second copy", "a stranger"],
)
def test_what_did_not_arrive_once_is_noticed(issue, caught, letters):
    assert not arrived("An issue", issue, caught(*letters), EXPECTED).ok


def test_the_wrong_language_is_noticed(issue, caught):
    assert not in_their_language(issue, caught(ENGLISH, ("fr@reader.example", "en"))).ok
