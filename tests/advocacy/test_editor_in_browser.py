"""The editor in a real Chromium: typing, formatting, chips, saving, with no complaint from the security policy."""

import pytest
from django.urls import include, path, reverse
from playwright.sync_api import expect

from accounts.access import public
from advocacy.models import ActionPlan
from advocacy.richtext import RichTextField, RichTextWidget, editor_page
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIELDS = [("family_name", "Family name"), ("salutation", "Salutation")]
received = []


@editor_page
@public
def letter(request):
    """A page as the letter desk has it: an editor with fields and a menu of them."""
    from django import forms
    from django.shortcuts import render

    class LetterForm(forms.Form):
        body = RichTextField(label="Letter", widget=RichTextWidget(FIELDS, language="fr"))

    form = LetterForm(request.POST or None, initial={"body": "<p>{{ salutation }}</p><p>Bonjour {{ unknown }}</p>"})
    if request.method == "POST" and form.is_valid():
        received.append(form.cleaned_data["body"])
    return render(request, "advocacy/letter_for_tests.html", {"form": form, "fields": FIELDS})


LETTER_PAGE = """
{% extends "base.html" %}
{% block head %}{{ form.media.css }}{% endblock %}
{% block page %}<h1>Letter</h1><form method="post" id="f">{% csrf_token %}{% include "components/form.html" %}
<button class="btn" type="submit">Save</button></form>
{% include "advocacy/field_menu.html" with editor="id_body" %}{% endblock %}
{% block scripts %}{% for script in form.media.render_js %}{{ script }}{% endfor %}{% endblock %}
"""

urlpatterns = [path("test-letter/", letter), path("", include("config.urls"))]
handler404 = "desk.views.errors.not_found"


@pytest.fixture
def letter_page(settings):
    """Serves the page above and its template."""
    settings.ROOT_URLCONF = __name__
    engine = {**settings.TEMPLATES[0], "APP_DIRS": False}
    engine["OPTIONS"] = {
        **engine["OPTIONS"],
        "loaders": [
            ("django.template.loaders.locmem.Loader", {"advocacy/letter_for_tests.html": LETTER_PAGE}),
            "django.template.loaders.filesystem.Loader",
            "django.template.loaders.app_directories.Loader",
        ],
    }
    settings.TEMPLATES = [engine]
    received.clear()


def test_a_statement_is_typed_formatted_and_saved_by_keyboard(visit, officer, statement):
    with visit() as boris:
        page = boris.sign_in(officer, PASSWORD)
        boris.open(reverse("advocacy:statement_edit", args=[statement.reference]))
        box = page.locator("[contenteditable=true]")
        box.wait_for()
        assert "Text" in box.get_attribute("aria-label")
        assert box.get_attribute("lang") == "en"
        box.focus()
        page.locator("[contenteditable=true].ck-focused").wait_for()
        page.keyboard.press("Control+End")
        # The browser tells the editor of the new place a moment later; no person types that fast.
        boris.until("getSelection().anchorOffset > 0")
        page.wait_for_timeout(100)
        page.keyboard.press("Enter")
        page.keyboard.press("Control+b")
        page.keyboard.type("Bold words")
        page.keyboard.press("Control+b")
        page.keyboard.type(" and plain ones.")
        page.keyboard.press("Enter")
        page.keyboard.type("* one")
        page.keyboard.press("Enter")
        page.keyboard.type("two")
        page.keyboard.press("Alt+F10")
        page.keyboard.press("Escape")
        with page.expect_navigation():
            page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("Saved").first.wait_for()
        boris.check_no_complaints()

    assert statement.texts.get().body == (
        "<p>People who were trafficked have a right to compensation.</p>"
        "<p><strong>Bold words</strong> and plain ones.</p><ul><li>one</li><li>two</li></ul>"
    )


def test_a_draft_saves_itself_while_somebody_types(visit, officer, statement):
    with visit() as boris:
        page = boris.sign_in(officer, PASSWORD)
        boris.open(reverse("advocacy:statement_edit", args=[statement.reference]))
        page.locator("[contenteditable=true]").click()
        page.keyboard.press("Control+End")
        page.keyboard.type(" More.")
        page.locator("#save-state.saved").wait_for()
        page.keyboard.type(" And more.")
        page.locator('#id_edition[value="3"]').wait_for(state="attached")
        page.close(run_before_unload=True)
        boris.check_no_complaints()

    assert statement.texts.get().body.endswith("More. And more.</p>")


def test_a_save_that_does_not_arrive_is_said_and_leaving_is_asked_about(visit, officer, statement):
    with visit() as boris:
        page = boris.sign_in(officer, PASSWORD)
        boris.open(reverse("advocacy:statement_edit", args=[statement.reference]))
        page.locator("[contenteditable=true]").click()
        page.route("**/text/**", lambda route: route.abort())
        page.keyboard.type("Lost? ")
        page.get_by_text("Not saved. We keep trying.").wait_for()
        page.unroute("**/text/**")
        page.locator("#save-state.saved").wait_for()

    assert "Lost?" in statement.texts.get().body


@pytest.fixture
def held():
    """Holds the first save that the page makes by itself: the server gets it, the page waits for its answer."""
    found = []

    def catch(route):
        if "hx-request" in route.request.headers and not found:
            found.append(route)
        else:
            route.continue_()

    def hold(page):
        page.route("**/text/**", catch)
        page.locator("[contenteditable=true]").click()
        page.keyboard.press("Control+End")
        page.keyboard.type(" First.")
        while not found:
            page.wait_for_timeout(50)
        return found[0], found[0].fetch()

    return hold


def test_pressing_save_waits_for_the_save_under_way(visit, officer, statement, held):
    with visit() as boris:
        page = boris.sign_in(officer, PASSWORD)
        boris.open(reverse("advocacy:statement_edit", args=[statement.reference]))
        route, answer = held(page)
        assert statement.texts.get().edition == 2
        page.keyboard.type(" Second.")
        page.get_by_role("button", name="Save and leave").click(no_wait_after=True)
        page.wait_for_timeout(200)
        assert "/text/" in page.url
        route.fulfill(response=answer)
        page.get_by_role("button", name="Send for review").wait_for()
        boris.check_no_complaints()
    text = statement.texts.get()
    assert text.body.endswith("First. Second.</p>")
    assert text.edition == 3


def test_a_page_whose_answer_was_lost_does_not_meet_itself(visit, officer, statement, held):
    with visit() as boris:
        page = boris.sign_in(officer, PASSWORD)
        boris.open(reverse("advocacy:statement_edit", args=[statement.reference]))
        route, _answer = held(page)
        page.keyboard.type(" Second.")
        route.abort()
        page.locator('#id_edition[value="3"]').wait_for(state="attached")
        page.locator("#save-state.saved").wait_for()
    assert statement.texts.get().body.endswith("First. Second.</p>")


def test_fields_are_chips_in_the_editor_and_tokens_in_what_is_saved(visit, letter_page, officer):
    with visit() as boris:
        page = boris.open("/test-letter/")
        box = page.locator("[contenteditable=true]")
        box.wait_for()
        expect(box.locator(".mention")).to_have_text(["Salutation"])
        assert "{{ unknown }}" in box.inner_text()
        box.click()
        page.keyboard.press("Control+End")
        page.keyboard.type(", ")
        page.get_by_role("button", name="Family name").click()
        page.keyboard.type("et @sal")
        page.locator(".ck-mentions button").first.wait_for()
        page.keyboard.press("Enter")
        page.keyboard.type(".")
        expect(box.locator(".mention")).to_have_text(["Salutation", "Family name", "Salutation"])
        assert box.get_attribute("lang") == "fr"
        boris.check_accessibility("the editor with fields")
        with page.expect_navigation():
            page.get_by_role("button", name="Save", exact=True).click()
        page.locator("[contenteditable=true]").wait_for()
        boris.check_no_complaints()

    assert received == ["<p>{{ salutation }}</p><p>Bonjour {{ unknown }}, {{ family_name }} et {{ salutation }} .</p>"]


def test_pasted_markup_is_cleaned_by_the_server_whatever_the_editor_lets_through(visit, letter_page, officer):
    with visit(java_script_enabled=False) as boris:
        page = boris.open("/test-letter/")
        box = page.locator("textarea")
        assert box.input_value().strip() == "<p>{{ salutation }}</p><p>Bonjour {{ unknown }}</p>"
        assert page.get_by_text("{{ family_name }}").is_visible()
        box.fill("<p>Chère {{ family_name }}</p><img src=x onerror=alert(1)>")
        with page.expect_navigation():
            page.get_by_role("button", name="Save", exact=True).click()

    assert received == ["<p>Chère {{ family_name }}</p>"]


def test_every_page_passes_axe_and_fits(visit, published, officer):
    ActionPlan.objects.create(
        slug="six", title="Six points", addressee="Governments", published_at=published.published_at
    )
    draft = reverse("advocacy:statement_edit", args=[make_draft(officer).reference])
    with visit() as boris:
        page = boris.sign_in(officer, PASSWORD)
        for address in [
            reverse("advocacy:statement_list"),
            reverse("advocacy:statement_list") + "?q=nothing",
            reverse("advocacy:statement_create"),
            reverse("advocacy:statement_detail", args=[published.reference]),
            draft,
            reverse("advocacy:plan_list"),
            reverse("advocacy:plan_detail", args=["six"]),
            "/en/statements/",
            "/en/statements/?q=nothing",
            "/en/statements/compensation-is-a-right/",
            "/pl/statements/compensation-is-a-right/",
            "/en/plans/",
            "/en/plans/six/",
        ]:
            boris.open(address)
            if address == draft:
                page.locator("[contenteditable=true]").wait_for()
            boris.check_page(address)
        boris.check_no_complaints()


def make_draft(officer):
    from tests.factories import StatementFactory, StatementTextFactory

    row = StatementFactory(author=officer)
    StatementTextFactory(statement=row, changed_by=officer)
    StatementTextFactory(statement=row, language="fr", body="", is_reviewed=False)
    return row
