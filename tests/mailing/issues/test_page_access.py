"""Who may open and change the pages on which issues are written, and what they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Organisation
from mailing.issues import drafting
from mailing.models import Block, Mailing
from tests.factories import MailingFactory, SenderFactory, UserFactory
from tests.mailing.issues.hands import address, page

pytestmark = pytest.mark.django_db


POSTS = [
    ("issue_write", []),
    ("issue_details", []),
    ("issue_language_add", []),
    ("issue_language_remove", ["fr"]),
    ("block_add", []),
    ("block_up", [1]),
    ("block_down", [1]),
    ("block_remove", [1]),
    ("block_rows", [1]),
    ("block_source", [1]),
    ("block_refresh", [1]),
]


@pytest.mark.parametrize(("name", "more"), POSTS)
def test_whoever_may_only_look_changes_nothing(issue, sign_in, viewer, name, more):
    assert sign_in(viewer).post(address(name, issue, *more)).status_code == 403


def test_a_viewer_sees_the_list_and_may_not_begin(sign_in, viewer, issue):
    client = sign_in(viewer)
    shown = page(client.get(reverse("newsletters:issue_list")))
    assert issue.reference in shown
    assert "New issue" not in shown
    assert client.get(reverse("newsletters:issue_create")).status_code == 403


@pytest.mark.parametrize(("name", "more"), POSTS)
def test_another_organisation_finds_no_issue_of_ours(issue, sign_in, name, more):
    stranger = UserFactory(affiliation=Organisation.objects.create(name="Another house"))
    client = sign_in(stranger)
    assert client.post(address(name, issue, *more)).status_code == 404
    assert issue.reference not in page(client.get(reverse("newsletters:issue_list")))


def test_another_organisations_list_is_not_there(sign_in, monthly):
    SenderFactory()
    stranger = UserFactory(affiliation=Organisation.objects.create(name="Another house"))
    client = sign_in(stranger)
    assert client.get(reverse("newsletters:issue_create") + f"?list={monthly.pk}").status_code == 404
    sent = {"contact_list": monthly.pk, "title": "Mine now", "language": "en", "from": "nothing"}
    assert client.post(reverse("newsletters:issue_create"), sent).status_code == 404
    assert not Mailing.objects.exists()


def test_the_letters_editor_leads_on_to_that_of_issues(desk, issue):
    answer = desk.get(reverse("mailing:letter_write", args=[issue.reference]) + "?lang=en")
    assert answer.url == address("issue_write", issue, lang="en")


@pytest.mark.parametrize(("name", "more"), POSTS)
def test_a_letter_is_no_issue(desk, name, more):
    letter = MailingFactory()
    assert desk.post(address(name, letter, *more)).status_code == 404


def test_whoever_is_not_signed_in_is_asked_to(client, issue):
    for name in ("newsletters:issue_list", "newsletters:issue_create"):
        assert "/accounts/login/" in client.get(reverse(name)).url


def test_the_editor_costs_the_same_for_five_blocks_and_for_twenty_five(desk, issue, officer, published, monthly):
    statements = [published(f"Statement {number}", fr="En français") for number in range(12)]
    drafting.add_language(issue, "fr", actor=officer)

    def fill(count):
        while issue.blocks.count() < count:
            number = issue.blocks.count()
            kind = ("item", "text", "button")[number % 3]
            source = statements[number % 12] if kind == "item" else None
            block = drafting.add_block(issue, kind, source=source, actor=officer)
            Block.objects.filter(pk=block.pk).update(topic=monthly.topics.first())

    def cost():
        desk.get(address("issue_write", issue, lang="fr"))
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(address("issue_write", issue, lang="fr")).status_code == 200
        return [query["sql"] for query in captured]

    fill(5)
    few = cost()
    fill(25)
    many = cost()
    assert len(few) == len(many), "\n\n".join(sql[:200] for sql in many)
    # Twelve, and two for statements: the languages they are read in, and whether one of them was replaced.
    assert len(many) <= 12 + 2, "\n\n".join(sql[:200] for sql in many)
