"""Earlier texts: seen, compared, named, gone back to; history only grows and a conflict loses nobody's words."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import AuditEvent
from advocacy import publishing
from advocacy.models import RestorePoint
from advocacy.versions import history_of, keep_point, snapshot
from tests.factories import StatementTextFactory


def go(client, name, statement, *arguments, data=None, **query):
    address = reverse(f"advocacy:{name}", args=[statement.reference, *arguments])
    return client.get(address, query) if data is None else client.post(address, data, follow=True)


def write(statement, body, language="en"):
    text = statement.texts.get(language=language)
    text.body = body
    text.edition += 1
    text.save()


@pytest.fixture
def twice(statement, officer, approver):
    """A statement that was sent for review, given back, changed, and named."""
    publishing.submit(statement, actor=officer)
    publishing.ask_changes(statement, actor=approver, note="Shorter")
    write(statement, "<p>People who were trafficked have a legal right to compensation.</p><p>A new one.</p>")
    keep_point(statement, name="Before the lawyers’ changes", actor=officer)
    return statement


def test_the_history_lists_versions_and_named_moments(sign_in, officer, twice, django_assert_max_num_queries):
    client = sign_in(officer)
    with django_assert_max_num_queries(12):
        page = go(client, "statement_history", twice).content.decode()

    assert "“Before the lawyers’ changes”" in page
    assert "sent for review by" in page
    assert "asked for changes" in page
    assert page.count('name="from"') == 3


def test_an_empty_history_says_what_will_be_kept(sign_in, officer, statement):
    assert "Nothing is kept yet." in go(sign_in(officer), "statement_history", statement).content.decode()


def test_two_moments_are_compared_with_words_for_each_change(sign_in, officer, twice, django_assert_max_num_queries):
    moments = history_of(twice)
    client = sign_in(officer)
    with django_assert_max_num_queries(12):
        page = go(client, "version_compare", twice, **{"from": moments[-1].key, "to": "now"}).content.decode()

    assert '<ins><span class="vh">put in: </span>legal <span' in page
    assert '<ins><span class="vh">put in: </span>A new one.<span' in page
    assert "1</b> paragraph with other words" in page


def test_a_comparison_of_nothing_asks_to_choose(sign_in, officer, twice):
    client = sign_in(officer)
    for query in ({"from": "v0", "to": "p1"}, {"from": "x"}, {"from": "v" + "9" * 40}, {"to": "now", "from": "v²"}):
        response = go(client, "version_compare", twice, **query)
        assert response.status_code == 422
        assert "Choose two texts to compare" in response.content.decode()


def test_moments_of_another_statement_are_not_found(sign_in, officer, twice):
    other = StatementTextFactory().statement
    key = history_of(twice)[0].key
    assert go(sign_in(officer), "version_detail", other, key).status_code == 404
    assert snapshot(other, key) is None


def test_one_earlier_text_is_shown_clean_with_what_changed_since(sign_in, officer, twice):
    write(twice, "<p onclick=x()>Raw <script>hit()</script></p>")
    keep_point(twice, name="Raw", actor=officer)
    page = go(sign_in(officer), "version_detail", twice, history_of(twice)[0].key).content.decode()

    assert "<p>Raw </p>" in page
    assert "hit()" not in page
    assert "Nothing differs in the words." in page


def test_a_moment_needs_a_name_and_is_written_in_the_trail(sign_in, officer, statement):
    client = sign_in(officer)
    assert go(client, "restore_point_create", statement, data={"name": "  "}).status_code == 422
    page = go(client, "restore_point_create", statement, data={"name": "Before <b>the</b> board"}).content.decode()

    assert RestorePoint.objects.get().name == "Before <b>the</b> board"
    assert "Before &lt;b&gt;the&lt;/b&gt; board" in page
    assert AuditEvent.objects.latest("id").sentence == f"kept the texts of {statement.reference} under a name"


def test_going_back_is_a_new_save_and_keeps_what_was_there(sign_in, officer, twice):
    first = history_of(twice)[-1]
    before = twice.texts.get()
    go(sign_in(officer), "version_restore", twice, first.key, data={"language": "en"})

    now = twice.texts.get()
    assert now.body == "<p>People who were trafficked have a right to compensation.</p>"
    assert now.edition == before.edition + 1
    kept = RestorePoint.objects.get(is_automatic=True)
    assert kept.texts["en"]["body"] == before.body
    assert [row.key for row in history_of(twice)][-1] == first.key


def test_going_back_in_all_languages_brings_a_removed_one_again(sign_in, officer, statement):
    StatementTextFactory(statement=statement, language="fr", title="Un droit", body="<p>Oui</p>")
    point = keep_point(statement, name="Both", actor=officer)
    statement.texts.filter(language="fr").delete()

    go(sign_in(officer), "version_restore", statement, f"p{point.pk}", data={"language": ""})

    assert statement.texts.get(language="fr").body == "<p>Oui</p>"


def test_going_back_to_the_same_text_changes_nothing(sign_in, officer, statement):
    point = keep_point(statement, name="Now", actor=officer)
    page = go(sign_in(officer), "version_restore", statement, f"p{point.pk}", data={"language": "en"}).content.decode()

    assert "The text is the same already." in page
    assert RestorePoint.objects.count() == 1
    assert statement.texts.get().edition == 1


def test_a_published_text_cannot_go_back(sign_in, officer, published):
    key = history_of(published)[-1].key
    write(published, "<p>Changed past the road.</p>")
    client = sign_in(officer)
    response = go(client, "version_restore", published, key, data={"language": "en"})

    assert response.status_code == 409
    assert "Go back" not in go(client, "version_detail", published, key).content.decode().replace("Going back", "")
    assert published.texts.get().body == "<p>Changed past the road.</p>"


def test_restore_points_only_grow(statement, officer):
    point = keep_point(statement, name="Kept", actor=officer)
    for spoil in (lambda: RestorePoint.objects.update(name="x"), point.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            spoil()
    assert RestorePoint.objects.get().name == "Kept"


def test_a_conflict_shows_what_differs_and_keeps_the_words_that_are_saved_over(sign_in, officer, approver, statement):
    text = statement.texts.get()
    address = reverse("advocacy:statement_edit", args=[statement.reference])
    typed = {"edition": 1, "title": text.title, "summary": ""}
    sign_in(approver).post(address, {**typed, "body": "<p>People have a right to her words.</p>"})
    client = sign_in(officer)
    page = client.post(address, {**typed, "body": "<p>People have a right to his words.</p>"}).content.decode()

    assert "What your text changes of theirs" in page
    assert '<del><span class="vh">taken out: </span>her<span' in page
    assert 'name="over"' in page

    client.post(address, {**typed, "edition": 2, "over": "1", "body": "<p>His words won.</p>"})
    kept = RestorePoint.objects.get()
    assert kept.texts["en"]["body"] == "<p>People have a right to her words.</p>"
    assert kept.name == "The words of Ilse Approver, before they were saved over"
    assert statement.texts.get().body == "<p>His words won.</p>"
