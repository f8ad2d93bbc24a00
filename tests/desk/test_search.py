"""One search over everything the rooms offer."""

import pytest
from django.urls import reverse

from accounts import registry
from accounts.registry import Hit
from desk.views.search import PER_KIND


@pytest.fixture
def rooms(monkeypatch):
    monkeypatch.setattr(registry, "searches", [])
    return registry


@pytest.fixture
def search(client, officer):
    client.force_login(officer)
    return lambda text: client.get(reverse("desk:search"), {"q": text}).content.decode()


def test_before_a_word_the_page_says_what_is_searched(rooms, search):
    assert "are searched at once" in search("")


def test_hits_stand_under_their_kind_with_a_link(rooms, search, officer):
    asked = []

    def statements(user, text):
        asked.append((user, text))
        return [Hit("Compensation is a right", "published in May", "/desk/statements/x/", "Statements")]

    rooms.searches.append(statements)
    rooms.searches.append(lambda user, text: [Hit("Ana Example", "", "/desk/contacts/1/", "Contacts")])
    page = search(" compensation ")
    assert asked == [(officer, "compensation")]
    assert '<a href="/desk/statements/x/">Compensation is a right</a>' in page
    assert page.index(">Contacts</h2>") < page.index(">Statements</h2>")


def test_a_word_that_is_nowhere_says_what_to_try(rooms, search):
    page = search("unicorn")
    assert "Nothing contains “unicorn”" in page
    assert "Part of a word is enough" in page


def test_one_letter_searches_nothing(rooms, search):
    rooms.searches.append(lambda user, text: pytest.fail("it searched"))
    assert "at least 2 letters" in search("a")


def test_a_room_with_thousands_of_hits_fills_one_list_only(rooms, search):
    rooms.searches.append(lambda user, text: (Hit(f"No. {n}", "", "/x/", "Contacts") for n in range(10_000)))
    assert search("no").count("<li><div>") == PER_KIND


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "{{ settings.SECRET_KEY }}", "%", "'", "\0\0", "a" * 999]
)
def test_odd_words_break_nothing_and_stay_text(search, text, settings):
    page = search(text)
    assert "<script>alert" not in page
    assert settings.SECRET_KEY not in page


def test_the_search_box_stands_on_every_page(client, officer):
    client.force_login(officer)
    page = client.get(reverse("desk:settings")).content.decode()
    assert 'role="search"' in page
