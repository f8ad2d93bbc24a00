"""Who sees and does what; every page is closed by default and every step is a POST."""

import pytest
from django.urls import get_resolver, reverse

from advocacy import urls
from advocacy.models import Statement
from tests.factories import StatementTextFactory

PAGES = ["statement_list", "statement_create", "plan_list"]
STEPS = {
    "statement_review": "edit",
    "statement_approve": "approve",
    "statement_ask_changes": "approve",
    "statement_publish": "edit",
    "statement_withdraw": "approve",
    "statement_new_version": "edit",
    "language_add": "edit",
}


def test_every_page_and_step_says_who_may_open_it():
    for pattern in urls.urlpatterns:
        assert getattr(pattern.callback, "access", ""), pattern.name


def test_the_pages_with_the_editor_are_the_only_ones_with_inline_styles(sign_in, officer, statement):
    marked = {
        f"{space}:{pattern.name}"
        for space, (_prefix, resolver) in get_resolver().namespace_dict.items()
        for pattern in resolver.url_patterns
        if getattr(getattr(pattern, "callback", None), "is_editor_page", False)
    }
    assert "advocacy:statement_edit" in marked
    assert {name for name in marked if name.startswith("advocacy:")} == {"advocacy:statement_edit"}

    client = sign_in(officer)
    edit = client.get(reverse("advocacy:statement_edit", args=[statement.reference]))
    detail = client.get(reverse("advocacy:statement_detail", args=[statement.reference]))
    assert "style-src 'self' 'unsafe-inline'" in edit["Content-Security-Policy"]
    assert "unsafe-inline" not in detail["Content-Security-Policy"]
    assert "script-src 'self'" in edit["Content-Security-Policy"].split("; ")


@pytest.mark.parametrize("name", PAGES)
def test_strangers_to_the_site_are_sent_to_sign_in(client, db, name):
    assert client.get(reverse(f"advocacy:{name}")).status_code == 302


@pytest.mark.parametrize(("name", "need"), STEPS.items())
def test_steps_are_posts_and_need_their_role(sign_in, viewer, officer, in_review, name, need):
    address = reverse(f"advocacy:{name}", args=[in_review.reference])

    assert sign_in(viewer).post(address).status_code == 403
    if need == "approve":
        assert sign_in(officer).post(address).status_code == 403
    assert sign_in(officer).get(address).status_code in {403, 405}


def test_colleagues_of_another_organisation_see_nothing(sign_in, stranger, published):
    client = sign_in(stranger)

    assert published.reference not in client.get(reverse("advocacy:statement_list")).content.decode()
    assert client.get(reverse("advocacy:statement_detail", args=[published.reference])).status_code == 404
    assert client.post(reverse("advocacy:statement_new_version", args=[published.reference])).status_code == 404


def test_a_viewer_reads_and_finds_no_button(sign_in, viewer, in_review):
    page = sign_in(viewer).get(reverse("advocacy:statement_detail", args=[in_review.reference])).content.decode()

    assert "People who were trafficked" in page
    assert "Approve these words" not in page
    assert f"/{in_review.reference}/text/" not in page


def test_the_page_says_who_can_approve_to_those_who_cannot(sign_in, officer, approver, in_review):
    page = sign_in(officer).get(reverse("advocacy:statement_detail", args=[in_review.reference])).content.decode()

    assert "You sent it, so somebody else approves it." in page
    assert "<li>Ilse Approver</li>" in page


def test_the_whole_way_through_the_pages(sign_in, officer, approver, statement):
    def step(name, **data):
        return client.post(reverse(f"advocacy:{name}", args=[statement.reference]), data, follow=True)

    client = sign_in(officer)
    assert "waits for review" in step("statement_review", note="Please").content.decode()
    client = sign_in(approver)
    assert "You approved" in step("statement_approve", seen=statement.digest()).content.decode()
    client = sign_in(officer)
    assert "is published" in step("statement_publish").content.decode()
    assert step("statement_publish").status_code == 409
    client = sign_in(approver)
    assert "is withdrawn" in step("statement_withdraw").content.decode()


def test_approving_without_having_read_is_refused(sign_in, approver, in_review):
    response = sign_in(approver).post(reverse("advocacy:statement_approve", args=[in_review.reference]), {})

    assert response.status_code == 409
    assert "Read it again" in response.content.decode()
    assert Statement.objects.get().status == "in_review"


def test_the_upload_address_of_the_editor_refuses(sign_in, administrator):
    response = sign_in(administrator).post(reverse("advocacy:upload_refused"))

    assert response.status_code == 403
    assert "Pictures" in response.json()["error"]["message"]


def test_an_action_of_another_room_stands_on_the_page(sign_in, officer, statement, monkeypatch):
    from advocacy import registry

    def make_a_letter(user, row):
        yield registry.Action("Make a letter", "/desk/letters/", blocked="It is not approved yet. Ilse can approve it.")

    monkeypatch.setattr(registry, "statement_actions", [make_a_letter])
    StatementTextFactory(statement=statement, language="fr")
    page = sign_in(officer).get(reverse("advocacy:statement_detail", args=[statement.reference])).content.decode()

    assert "Make a letter" in page
    assert "Ilse can approve it." in page
