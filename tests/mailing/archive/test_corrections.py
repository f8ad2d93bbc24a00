"""Corrections of the web version, withdrawal, and two colleagues at once."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEvent
from mailing import corrections
from mailing.models import Correction, WebVersion, Withdrawal
from mailing.states import LifecycleError
from mailing.web_text import NotFound, replaced
from tests.factories import PASSWORD, UserFactory

PATH = "/desk/newsletters/LSI-N-2026-001/correction/"
WORDS = {"subject": "November (en)", "preheader": "", "old": "12 countries", "new": "11 <b>countries</b>"}
NOTE = "The letter gave 12 countries for point 3. It is 11."


@pytest.fixture
def colleague(client, officer):
    assert client.login(email=officer.email, password=PASSWORD)
    return officer


@pytest.mark.django_db
def test_a_correction_is_told_below_the_text_and_the_audit_trail_knows(client, sent, colleague):
    mailing = sent()
    assert client.get(PATH).status_code == 200
    assert client.post(PATH, WORDS | {"note": NOTE, "edition": 1}).status_code == 302
    client.logout()
    words = client.get("/en/newsletter/lsi-n-2026-001/").content.decode()
    assert NOTE in words
    assert "Corrected on" in words
    assert "11 &lt;b&gt;countries&lt;/b&gt;" in words
    assert NOTE not in client.get("/fr/newsletter/lsi-n-2026-001/").content.decode()
    found = Correction.objects.get()
    assert found.before_digest != found.after_digest
    assert AuditEvent.objects.filter(sentence__contains=f"corrected the web version of {mailing.reference}").exists()


@pytest.mark.django_db
def test_a_correction_is_never_changed(sent, officer):
    version = sent().web_versions.get(language="en")
    corrections.correct(version, corrections.Change("Other", "", "", "", NOTE), edition=1, actor=officer)
    with pytest.raises(DatabaseError), transaction.atomic():
        Correction.objects.update(note="Nothing.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"note": ""}, "field is required"),
        ({"old": "13 countries"}, "do not stand in the text"),
        ({"old": "", "new": ""}, "Nothing was changed"),
        ({"edition": "x"}, "Enter a whole number"),
        ({"old": "https://data.example/points", "new": "javascript:alert(1)"}, "replaced by an address"),
    ],
)
def test_what_cannot_be_done_gets_a_sentence_and_changes_nothing(client, sent, colleague, typed, said):
    sent()
    response = client.post(PATH, WORDS | {"note": NOTE, "edition": 1} | typed)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Correction.objects.exists()


@pytest.mark.django_db
def test_who_comes_second_sees_the_newest_text_and_loses_nothing(client, sent, colleague):
    version = sent().web_versions.get(language="en")
    corrections.correct(version, corrections.Change("New title", "", "", "", "Title."), edition=1, actor=UserFactory())
    response = client.post(PATH, WORDS | {"note": NOTE, "edition": 1})
    words = response.content.decode()
    assert response.status_code == 409
    assert "New title" in words
    assert NOTE in words
    assert 'name="edition" value="2"' in words
    assert WebVersion.objects.get(pk=version.pk).subject == "New title"


def test_words_are_replaced_between_tags_and_once_alone():
    html = "<p>One &amp; two <b>three</b> four four.</p>"
    assert replaced(html, "One & two", "1 < 2") == "<p>1 &lt; 2 <b>three</b> four four.</p>"
    for old in ("four", "two three", "class"):
        with pytest.raises(NotFound):
            replaced(html, old, "x")


def test_a_link_is_led_elsewhere():
    html = '<p><a class="link" href="https://a.example/?x=1&amp;y=2">here</a></p>'
    assert 'href="https://b.example/?z=1&amp;w=2"' in replaced(
        html, "https://a.example/?x=1&y=2", "https://b.example/?z=1&w=2"
    )
    for new in ("", "javascript:alert(1)", 'https://b.example/"><script>'):
        with pytest.raises(NotFound):
            replaced(html, "https://a.example/?x=1&y=2", new)


@pytest.mark.django_db
def test_an_issue_is_withdrawn_with_a_reason_and_put_back(client, sent, colleague):
    sent()
    sent(2)
    assert client.post("/desk/newsletters/LSI-N-2026-001/withdrawal/", {"reason": ""}).status_code == 422
    client.post("/desk/newsletters/LSI-N-2026-001/withdrawal/", {"reason": "It named a person."})
    gone = client.get("/en/newsletter/lsi-n-2026-001/")
    assert gone.status_code == 410
    assert "It named a person." in gone.content.decode()
    assert "12 countries" not in gone.content.decode()
    for path in ("/en/newsletter/", "/feeds/en/newsletter.atom", "/sitemap.xml", "/en/newsletter/lsi-n-2026-002/"):
        assert "lsi-n-2026-001/" not in client.get(path).content.decode()
    with pytest.raises(LifecycleError):
        corrections.withdraw(Withdrawal.objects.get().mailing, note="Again.", actor=colleague)
    client.post("/desk/newsletters/LSI-N-2026-001/return/")
    assert client.get("/en/newsletter/lsi-n-2026-001/").status_code == 200


@pytest.mark.django_db
def test_an_issue_that_has_not_left_has_nothing_to_correct(client, sent, colleague):
    sent(status="approved")
    assert client.get(PATH).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_postgresql
def test_of_many_who_correct_at_once_one_does(sent, officer):
    version = sent().web_versions.get(language="en")
    gate, done = threading.Barrier(4), []

    def go(number):
        gate.wait()
        try:
            change = corrections.Change(f"Title {number}", "", "", "", f"Note {number}.")
            corrections.correct(version, change, edition=1, actor=officer)
            done.append(number)
        except corrections.Overtaken:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    version.refresh_from_db()
    assert (len(done), version.edition, Correction.objects.count()) == (1, 2, 1)
    assert version.subject == f"Title {done[0]}"
