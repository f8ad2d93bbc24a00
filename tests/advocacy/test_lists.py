"""Lists of the workspace: search, filters, pages, nothing yet, and a constant number of queries."""

import pytest
from django.urls import reverse

from accounts import registry
from advocacy import publishing
from advocacy.models import ActionPlan, Ask, AskText, Point
from tests.factories import StatementFactory, StatementTextFactory

LIST = "advocacy:statement_list"


def write(count, **fields):
    for number in range(count):
        StatementTextFactory(statement=StatementFactory(**fields), title=f"Text {number}")


def test_the_empty_list_says_what_belongs_there(sign_in, officer):
    page = sign_in(officer).get(reverse(LIST)).content.decode()

    assert "Nothing written yet" in page
    assert "Write the first one" in page


def test_search_ignores_accents_and_case(sign_in, officer):
    StatementTextFactory(statement=StatementFactory(), title="Schädigung der Entschädigten")
    StatementTextFactory(statement=StatementFactory(), title="Wages")
    client = sign_in(officer)

    page = client.get(reverse(LIST), {"q": "ENTSCHADIGTEN schädigung"}).content.decode()

    assert "Schädigung" in page
    assert "Wages" not in page
    assert "No statement matches" in client.get(reverse(LIST), {"q": "nothing like it"}).content.decode()


def test_filters_by_state_and_kind_and_nonsense_filters_nothing(sign_in, officer, in_review):
    StatementTextFactory(statement=StatementFactory(kind="news"), title="News of today")
    client = sign_in(officer)

    assert "News of today" not in client.get(reverse(LIST), {"status": "in_review"}).content.decode()
    assert "News of today" in client.get(reverse(LIST), {"kind": "news"}).content.decode()
    assert "News of today" in client.get(reverse(LIST), {"kind": "x", "status": "y", "page": "z"}).content.decode()


def test_pages_and_a_constant_number_of_queries(sign_in, officer, django_assert_max_num_queries):
    client = sign_in(officer)
    write(30)
    with django_assert_max_num_queries(12):
        page = client.get(reverse(LIST), {"q": "text"}).content.decode()
    assert "Page 1 of 2" in page
    assert client.get(reverse(LIST), {"page": 99}).status_code == 200


def test_a_statement_with_many_languages_costs_no_more_queries(
    sign_in, officer, approver, in_review, django_assert_max_num_queries
):
    for language in ("fr", "de", "es", "it", "pl"):
        StatementTextFactory(statement=in_review, language=language)
    client = sign_in(approver)
    for name in ("statement_detail", "statement_edit"):
        with django_assert_max_num_queries(12):
            client.get(reverse(f"advocacy:{name}", args=[in_review.reference]))


def test_home_asks_those_who_may_approve_and_not_the_sender(in_review, officer, approver, administrator):
    def waiting(user):
        return [task.reference for fill in registry.tasks for task in fill(user)]

    assert in_review.reference in waiting(approver)
    assert in_review.reference in waiting(administrator)
    assert in_review.reference not in waiting(officer)


def test_home_tells_the_writer_what_came_back_and_what_can_be_published(in_review, officer, approver):
    publishing.ask_changes(in_review, actor=approver, note="Shorter, please.")
    assert any("Shorter, please." in task.detail for fill in registry.tasks for task in fill(officer))
    assert [draft.title for fill in registry.drafts for draft in fill(officer)] == ["Compensation is a right"]

    publishing.submit(in_review, actor=officer)
    publishing.approve(in_review, actor=approver)
    assert any("can be published" in task.detail for fill in registry.tasks for task in fill(officer))


def test_the_search_of_the_desk_finds_statements_and_plans_one_may_see(statement, plan, officer, stranger):
    def found(user, words):
        return {hit.title for fill in registry.searches for hit in fill(user, words)}

    assert "Compensation is a right" in found(officer, "COMPENSATION")
    assert "Six points" in found(officer, "six")
    assert not {"Compensation is a right", "Six points"} & (found(stranger, "compensation") | found(stranger, "six"))


@pytest.fixture
def plan(officer):
    row = ActionPlan.objects.create(slug="six-points", title="Six points", addressee="Governments", is_sample=True)
    for number in range(1, 7):
        ask = Ask.objects.create(slug=f"point-{number}", is_placeholder=True)
        AskText.objects.create(ask=ask, language="en", title=f"Placeholder for point {number}")
        Point.objects.create(plan=row, ask=ask, number=number)
    return row


def test_plans_are_listed_and_read_in_order(sign_in, viewer, plan, django_assert_max_num_queries):
    client = sign_in(viewer)
    assert "Six points" in client.get(reverse("advocacy:plan_list")).content.decode()
    with django_assert_max_num_queries(12):
        page = client.get(reverse("advocacy:plan_detail", args=["six-points"])).content.decode()

    positions = [page.index(f"Placeholder for point {number}") for number in range(1, 7)]
    assert positions == sorted(positions)
    assert page.count("placeholder text") == 6
    assert client.get(reverse("advocacy:plan_detail", args=["none"])).status_code == 404


def test_no_plan_yet(sign_in, viewer):
    assert "No action plan yet" in sign_in(viewer).get(reverse("advocacy:plan_list")).content.decode()
