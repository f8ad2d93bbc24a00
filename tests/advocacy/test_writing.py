"""Writing: saves that last, two editors who lose nothing, languages, and forms that work without a script."""

import re

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from advocacy.models import Statement, StatementText
from tests.factories import StatementTextFactory


def edit(statement, language="en"):
    return f"{reverse('advocacy:statement_edit', args=[statement.reference])}?lang={language}"


def typed(text, **changes):
    return {"edition": text.edition, "title": text.title, "summary": text.summary, "body": text.body, **changes}


def test_an_officer_starts_writes_and_saves_without_a_script(sign_in, officer):
    client = sign_in(officer)
    started = client.post(
        reverse("advocacy:statement_create"), {"title": "Fair wages", "kind": "news", "language": "en"}, follow=True
    )
    statement = Statement.objects.get()
    page = started.content.decode()
    assert re.search(r"<textarea name=\"body\"", page)

    saved = client.post(
        edit(statement),
        {"edition": 1, "title": "Fair wages", "summary": "", "body": "<p>Pay <strong>all</strong> workers.</p>"},
        follow=True,
    )

    text = statement.texts.get()
    assert (text.body, text.edition, text.changed_by) == ("<p>Pay <strong>all</strong> workers.</p>", 2, officer)
    assert re.search(r"Saved \d\d:\d\d\.", saved.content.decode())
    assert AuditEvent.objects.get().sentence == f"started {statement.reference}"


def test_save_and_leave_goes_to_the_statement(sign_in, officer, statement):
    response = sign_in(officer).post(edit(statement), typed(statement.texts.get(), leave="1", title="New"))

    assert response.url == reverse("advocacy:statement_detail", args=[statement.reference])


def test_script_in_pasted_html_is_gone_and_chips_become_fields(sign_in, officer, statement):
    body = (
        '<p onclick="x()">Dear <span class="mention" data-mention="@family_name">Family name</span></p>'
        "<script>alert(1)</script><ol><li data-list-item-id='e1'>one</li></ol>"
    )
    sign_in(officer).post(edit(statement), typed(statement.texts.get(), body=body))

    assert statement.texts.get().body == "<p>Dear {{ family_name }}</p><ol><li>one</li></ol>"


def test_braces_are_text_and_never_meet_the_template_engine(sign_in, officer, statement):
    client = sign_in(officer)
    words = "<p>{{ request.user.password }} {% load i18n %} {{ 7|add:7 }}</p>"
    client.post(edit(statement), typed(statement.texts.get(), body=words, title="{{ 7|add:7 }}"))

    page = client.get(reverse("advocacy:statement_detail", args=[statement.reference])).content.decode()
    assert "{{ request.user.password }} {% load i18n %} {{ 7|add:7 }}" in page
    assert '<h1 lang="en">{{ 7|add:7 }}</h1>' in page


def test_a_stale_save_overwrites_nothing_and_keeps_both_texts(sign_in, officer, approver, statement):
    text = statement.texts.get()
    client = sign_in(approver)
    client.post(edit(statement), typed(text, body="<p>Hers, saved first.</p>"))
    client = sign_in(officer)

    stale = client.post(edit(statement), typed(text, body="<p>His, typed meanwhile.</p>"))

    page = stale.content.decode()
    assert stale.status_code == 409
    assert "His, typed meanwhile." in page
    assert "Hers, saved first." in page
    assert "Ilse Approver saved this text" in page
    assert statement.texts.get().body == "<p>Hers, saved first.</p>"
    assert 'name="edition" value="2"' in page

    client.post(edit(statement), typed(text, edition=2, body="<p>Both of ours.</p>"))
    assert statement.texts.get().body == "<p>Both of ours.</p>"


def test_the_same_words_are_no_conflict(sign_in, officer, approver, statement):
    text = statement.texts.get()
    sign_in(approver).post(edit(statement), typed(text, body="<p>Both wrote this.</p>"))

    again = sign_in(officer).post(edit(statement), typed(text, body="<p>Both wrote this.</p>"))

    assert again.status_code == 302
    assert statement.texts.get().changed_by == approver


def test_a_page_may_save_over_itself_and_over_nobody_else(sign_in, officer, approver, statement):
    text, client = statement.texts.get(), sign_in(officer)
    for words in ("<p>One.</p>", "<p>Two.</p>"):
        assert client.post(edit(statement), typed(text, body=words, page="mine")).status_code == 302
    assert statement.texts.get().body == "<p>Two.</p>"
    # Another window of the same person, and a page of somebody else's that calls itself the same.
    assert client.post(edit(statement), typed(text, body="<p>Three.</p>", page="other")).status_code == 409
    assert sign_in(approver).post(edit(statement), typed(text, body="<p>4.</p>", page="mine")).status_code == 409
    assert statement.texts.get().body == "<p>Two.</p>"


def test_a_missing_title_is_named_and_the_text_kept(sign_in, officer, statement):
    response = sign_in(officer).post(edit(statement), typed(statement.texts.get(), title="", body="<p>Kept words</p>"))

    assert response.status_code == 422
    assert "Kept words" in response.content.decode()
    assert "This field is required" in response.content.decode()


@pytest.mark.parametrize("junk", [{}, {"edition": "x"}, {"edition": "-1", "title": "\0"}, {"edition": "9" * 30}])
def test_junk_gets_a_page_not_an_error(sign_in, officer, statement, junk):
    assert sign_in(officer).post(edit(statement), junk).status_code == 422


def test_a_text_that_is_too_long_says_how_long(sign_in, officer, statement):
    response = sign_in(officer).post(edit(statement), typed(statement.texts.get(), body="<p>" + "x" * 200_001 + "</p>"))

    assert "200008 characters" in response.content.decode()


def test_an_edit_of_an_approved_text_says_that_the_approval_is_gone(sign_in, officer, approved):
    client = sign_in(officer)
    assert "sends this statement back to draft" in client.get(edit(approved)).content.decode()

    page = client.post(edit(approved), typed(approved.texts.get(), title="New"), follow=True).content.decode()

    assert f"sent {approved.reference} back to draft" in page
    approved.refresh_from_db()
    assert approved.status == "draft"


def test_a_published_text_cannot_be_edited_and_offers_a_new_version(sign_in, officer, published):
    client = sign_in(officer)
    response = client.get(edit(published))
    assert response.status_code == 409
    assert "Make a new version" in response.content.decode()
    assert client.post(edit(published), typed(published.texts.get(), title="New")).status_code == 409

    made = client.post(reverse("advocacy:statement_new_version", args=[published.reference]), follow=True)
    assert made.status_code == 200
    assert Statement.objects.get(supersedes=published).texts.get().title == "Compensation is a right"


def test_a_language_is_added_written_and_removed(sign_in, officer, statement):
    client = sign_in(officer)
    client.post(reverse("advocacy:language_add", args=[statement.reference]), {"language": "fr"})
    text = StatementText.objects.get(language="fr")
    page = client.get(edit(statement, "fr")).content.decode()
    assert "French" in page
    assert '"content": "fr"' in page.replace("&quot;", '"')

    client.post(edit(statement, "fr"), typed(text, title="Un droit", body="<p>Oui</p>"))
    assert StatementText.objects.get(language="fr").title == "Un droit"

    client.post(reverse("advocacy:language_remove", args=[statement.reference, "fr"]))
    assert not StatementText.objects.filter(language="fr").exists()


def test_the_source_stays_and_a_language_is_not_added_twice(sign_in, officer, statement):
    client = sign_in(officer)
    for name, arguments, data in [
        ("advocacy:language_remove", [statement.reference, "en"], {}),
        ("advocacy:language_add", [statement.reference], {"language": "en"}),
        ("advocacy:language_add", [statement.reference], {"language": "xx"}),
    ]:
        assert client.post(reverse(name, args=arguments), data).status_code in {409, 422}
    assert statement.texts.count() == 1


def test_a_language_nobody_wrote_is_not_there(sign_in, officer, statement):
    assert sign_in(officer).get(edit(statement, "mt")).status_code == 404


class TestAutosave:
    """Saves while somebody types, by htmx, in drafts only."""

    HEADERS = {"HX-Request": "true"}

    def test_a_draft_is_saved_and_the_form_gets_the_new_edition(self, sign_in, officer, statement):
        response = sign_in(officer).post(edit(statement), typed(statement.texts.get(), title="A"), headers=self.HEADERS)

        assert re.search(r"Saved \d\d:\d\d", response.content.decode())
        assert 'value="2" id="id_edition"' in response.content.decode()
        assert response["X-Saved"] == "yes"

    def test_a_conflict_saves_nothing_and_says_so(self, sign_in, officer, statement):
        client = sign_in(officer)
        text = statement.texts.get()
        client.post(edit(statement), typed(text, title="A"))

        response = client.post(edit(statement), typed(text, title="B"), headers=self.HEADERS)

        assert "Press Save to see both" in response.content.decode()
        assert response["X-Saved"] == "no"
        assert statement.texts.get().title == "A"

    def test_a_statement_in_review_is_not_reopened_by_typing(self, sign_in, officer, in_review):
        text = in_review.texts.get()
        response = sign_in(officer).post(edit(in_review), typed(text, title="A"), headers=self.HEADERS)

        assert "Not saved" in response.content.decode()
        in_review.refresh_from_db()
        assert in_review.status == "in_review"

    def test_a_missing_title_is_said(self, sign_in, officer, statement):
        text = statement.texts.get()
        response = sign_in(officer).post(edit(statement), typed(text, title=""), headers=self.HEADERS)

        assert "Not saved. Title:" in response.content.decode()


def test_languages_have_their_words(sign_in, officer, statement):
    StatementTextFactory(statement=statement, language="fr", body="", is_reviewed=False)
    StatementTextFactory(statement=statement, language="de", is_reviewed=False)
    page = sign_in(officer).get(edit(statement)).content.decode()

    assert all(word in page for word in ("Checked", "Not checked", "Empty"))
