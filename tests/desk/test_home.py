"""The home page: what needs me, what goes out, what I write; each with its sentence when there is nothing."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import registry
from accounts.registry import Draft, Outgoing, Task, Tile
from advocacy import publishing
from tests.factories import MailingFactory, StatementFactory, StatementTextFactory


@pytest.fixture
def rooms(monkeypatch):
    """The registries, empty, for a test to fill."""
    for name in ("tasks", "outgoing", "drafts", "tiles", "searches"):
        monkeypatch.setattr(registry, name, [])
    return registry


@pytest.fixture
def desk(client, approver):
    client.force_login(approver)
    return lambda: client.get(reverse("desk:home")).content.decode()


def test_an_empty_desk_says_what_will_stand_in_each_place(rooms, desk):
    page = desk()
    for sentence in ("Nothing needs you.", "Nothing waits for you.", "Nothing is going out.", "You have no drafts."):
        assert sentence in page
    assert "Figures appear here once the first letter has gone out." in page


def test_the_greeting_counts_what_needs_me(rooms, desk):
    task = Task("Approve “Compensation”", "TST-2026-001", "Boris asked you.", "/desk/letters/x/", "Read and decide")
    rooms.tasks.append(lambda user: [task])
    assert "One thing needs you." in desk()
    rooms.tasks.append(lambda user: [task, task])
    assert "3 things need you." in desk()


def test_a_task_shows_why_it_waits_and_where_it_is_done(rooms, desk):
    rooms.tasks.append(
        lambda user: [Task("Approve <b>it</b>", "TST-2026-001", f"For {user}.", "/letters/x/", "Read", primary=True)]
    )
    page = desk()
    assert "Approve &lt;b&gt;it&lt;/b&gt;" in page
    assert "For Ilse Approver." in page
    assert 'class="btn small" href="/letters/x/"' in page


def test_a_letter_on_its_way_shows_its_road(rooms, desk):
    rooms.outgoing.append(
        lambda user: [
            Outgoing("Two questions", "TST-2026-002", "/x/", "44 people", "Sending", "info", "30 of 44", 30, 44)
        ]
    )
    page = desk()
    assert 'aria-valuenow="30"' in page
    assert 'aria-valuemax="44"' in page
    assert 'viewBox="0 0 44 12"' in page


def test_a_letter_that_waits_has_no_bar(rooms, desk):
    rooms.outgoing.append(
        lambda user: [Outgoing("Two questions", "TST-2026-002", "/x/", "44 people", "Scheduled", "ok", "Tue")]
    )
    page = desk()
    assert "Scheduled" in page
    assert "progressbar" not in page


def test_drafts_of_all_rooms_stand_together_newest_first(rooms, desk):
    now = timezone.now()
    rooms.drafts.append(lambda user: [Draft("Older text", "Statement", "/a/", "Draft", "", now - timedelta(days=1))])
    rooms.drafts.append(lambda user: [Draft("Newer letter", "Letter", "/b/", "In review", "warn", now)])
    page = desk()
    assert page.index("Newer letter") < page.index("Older text")


def test_figures_stand_in_tiles(rooms, desk):
    rooms.tiles.append(lambda user: [Tile("Letters accepted", "612", "of 628", "to 341 people")])
    page = desk()
    assert "612" in page
    assert "to 341 people" in page


def test_the_page_of_all_rooms_costs_at_most_twelve_queries_with_any_number_of_rows(
    client, administrator, officer, approver, django_assert_max_num_queries
):
    client.force_login(administrator)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("desk:home")).status_code == 200
    for number in range(8):
        statement = StatementFactory(author=administrator if number % 2 else officer)
        StatementTextFactory(statement=statement)
        publishing.submit(statement, actor=statement.author)
        if number % 2:
            publishing.approve(statement, actor=approver)
        MailingFactory(author=administrator)
        StatementTextFactory(statement__author=administrator)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("desk:home")).content.decode()
    assert page.count("asks you to read and approve it") == 4
    assert page.count("It is approved and can be published") == 4


def test_a_viewer_is_offered_nothing_to_write(client, viewer):
    client.force_login(viewer)
    page = client.get(reverse("desk:home")).content.decode()
    assert "New statement" not in page
    assert "Choose a statement to send" not in page


def test_the_root_leads_colleagues_to_their_desk_and_others_to_the_public_home(client, officer):
    assert client.get("/").url == reverse("public:home", kwargs={"lang": "en"})
    client.force_login(officer)
    assert client.get("/").url == reverse("desk:home")
