"""A letter is made from an approved statement in one step, or begun from nothing."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from advocacy.models import Statement, StatementVersion
from mailing import lifecycle, merge
from mailing.drafting import Conflict, Words, make_letter, save_text
from mailing.models import Mailing
from tests.factories import PASSWORD, SenderFactory, StatementFactory, StatementTextFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def statement(officer, approver):
    SenderFactory(is_default=True)
    statement = StatementFactory(
        status=Statement.Status.APPROVED,
        author=officer,
        approved_by=approver,
        approved_at=timezone.now(),
        source_language="fr",
        is_sample=True,
    )
    StatementTextFactory(statement=statement, language="en", title="A right", is_reviewed=False)
    StatementTextFactory(statement=statement, language="fr", title="Un droit", body="<p>Un droit.</p>")
    StatementVersion.objects.create(statement=statement, number=1, texts={}, digest="d" * 64, event="approved")
    return statement


def test_it_takes_every_language_with_salutation_closing_and_who_signs(statement, officer):
    mailing = make_letter(statement, actor=officer)
    found = {content.language: content for content in mailing.contents.all()}
    assert set(found) == {"en", "fr"}
    assert found["fr"].subject == "Un droit"
    assert found["fr"].body.startswith("<p>{{ salutation }}</p><p>Un droit.</p><p>{{ closing }}</p>")
    assert "{{ sender_person }}" in found["fr"].body
    assert (found["fr"].is_reviewed, found["en"].is_reviewed) == (True, False)
    for content in found.values():
        assert merge.check(content.body, html=True) == []


def test_it_records_where_it_came_from(statement, officer):
    mailing = make_letter(statement, actor=officer)
    assert (mailing.statement, mailing.statement_digest, mailing.author) == (statement, "d" * 64, officer)
    assert (mailing.title, mailing.source_language, mailing.is_sample) == ("Un droit", "fr", True)
    assert mailing.reference.endswith(f"{timezone.localdate().year}-001")
    assert AuditEvent.objects.first().sentence == f"made {mailing.reference} from {statement.reference}"


def test_each_letter_has_a_reference_of_its_own(statement, officer):
    first, second = make_letter(statement, actor=officer), make_letter(statement, actor=officer)
    assert first.reference != second.reference


@pytest.mark.parametrize("status", ["draft", "in_review"])
def test_a_statement_nobody_approved_is_refused_with_who_can(statement, officer, approver, status):
    Statement.objects.filter(pk=statement.pk).update(status=status)
    statement.refresh_from_db()
    with pytest.raises(lifecycle.LifecycleError, match="Ilse Approver"):
        make_letter(statement, actor=officer)
    assert not Mailing.objects.exists()


def test_the_button_stays_on_a_statement_nobody_approved_and_says_who_can(statement, officer, approver, client):
    Statement.objects.filter(pk=statement.pk).update(status="draft")
    client.login(email=officer.email, password=PASSWORD)
    shown = client.get(reverse("advocacy:statement_detail", args=[statement.reference])).content.decode()
    assert "Make a letter" in shown
    assert "These colleagues can: Ilse Approver." in shown
    refused = client.post(reverse("mailing:letter_from_statement", args=[statement.reference]), follow=True)
    assert "is not approved" in refused.content.decode()


def test_goes_on_typing_makes_one_version_and_one_sentence(statement, officer):
    mailing = make_letter(statement, actor=officer)
    for number in range(1, 5):
        save_text(mailing, "fr", Words(f"Sujet {number}", "<p>x</p>", True), edition=number, actor=officer)
    mailing.refresh_from_db()
    assert mailing.version == 2
    assert AuditEvent.objects.filter(sentence__contains="changed the text (fr)").count() == 1


def test_an_edit_after_a_test_is_a_new_version(statement, officer):
    mailing = make_letter(statement, actor=officer)
    save_text(mailing, "fr", Words("Un", "<p>x</p>", True), edition=1, actor=officer)
    Mailing.objects.filter(pk=mailing.pk).update(tested_version=2)
    save_text(mailing, "fr", Words("Deux", "<p>x</p>", True), edition=2, actor=officer)
    mailing.refresh_from_db()
    assert mailing.version == 3


def test_a_page_may_save_over_itself_and_over_nobody_else(statement, officer, approver):
    mailing = make_letter(statement, actor=officer)
    save_text(mailing, "fr", Words("Un", "<p>x</p>", True, "mine"), edition=1, actor=officer)
    save_text(mailing, "fr", Words("Deux", "<p>x</p>", True, "mine"), edition=1, actor=officer)
    assert not save_text(mailing, "fr", Words("Deux", "<p>x</p>", True), edition=1, actor=approver).changed
    for page, actor in (("other", officer), ("mine", approver), ("", officer)):
        with pytest.raises(Conflict):
            save_text(mailing, "fr", Words("Trois", "<p>x</p>", True, page), edition=1, actor=actor)
    assert mailing.contents.get(language="fr").subject == "Deux"


def autosave(client, mailing, **words):
    url = reverse("mailing:letter_write", args=[mailing.reference])
    return client.post(url, {"edition": 1, "subject": "S", "body": "<p>B</p>", **words}, headers={"HX-Request": "true"})


def test_a_draft_is_saved_while_somebody_types(statement, officer, client):
    mailing = make_letter(statement, actor=officer)
    client.login(email=officer.email, password=PASSWORD)
    saved = autosave(client, mailing)
    assert saved["X-Saved"] == "yes"
    assert 'name="edition" value="2"' in saved.content.decode()
    assert autosave(client, mailing, edition=1, subject="Other")["X-Saved"] == "no"
    wrong = autosave(client, mailing, edition=2, body="<p>{{ nmae }}</p>")
    assert "Did you mean name?" in wrong.content.decode()
    assert mailing.contents.get(language="fr").subject == "S"


def test_typing_never_withdraws_an_approval(statement, officer, approver, client):
    mailing = make_letter(statement, actor=officer)
    Mailing.objects.filter(pk=mailing.pk).update(status="in_review", submitted_by=officer)
    client.login(email=officer.email, password=PASSWORD)
    answer = autosave(client, mailing)
    assert answer["X-Saved"] == "no"
    assert "back to a draft" in answer.content.decode()
    assert Mailing.objects.get().status == "in_review"
