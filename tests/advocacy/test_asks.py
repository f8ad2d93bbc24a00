"""The library of asks: worded once, found again, placed in plans, put into statements."""

import pytest
from django.urls import reverse

from advocacy import planning, registry
from advocacy.models import ActionPlan, Ask, AskText, Point, StatementAsk
from advocacy.registry import AskUse
from tests.factories import MailingFactory


@pytest.fixture
def ask(db):
    row = Ask.objects.create(slug="legal-aid", instrument="AMIF", dossier="2022/0426(COD)")
    AskText.objects.create(ask=row, language="en", title="Free legal aid <now>", explanation="From the first contact.")
    return row


def text_form(**changes):
    return {"edition": 1, "title": "Free legal aid", "short": "Legal aid", "explanation": ""} | changes


def test_an_ask_is_written_found_and_read(sign_in, officer):
    client = sign_in(officer)
    assert "No ask yet" in client.get(reverse("advocacy:ask_list")).content.decode()
    facts = {"title": "Aide juridique gratuite", "short": "Aide", "language": "fr", "level": "eu", "instrument": "AMIF"}
    answer = client.post(reverse("advocacy:ask_create"), facts)
    assert answer.url == reverse("advocacy:ask_detail", args=["aide-juridique-gratuite"])
    assert "AMIF" in client.get(answer.url).content.decode()
    listed = reverse("advocacy:ask_list")
    assert "Aide juridique" in client.get(listed, {"q": "JURIDIQUE amif"}).content.decode()
    assert "No ask matches" in client.get(listed, {"q": "compensation"}).content.decode()
    assert "No ask matches" in client.get(listed, {"level": "coe"}).content.decode()


def test_a_form_with_mistakes_says_what_to_fix(sign_in, officer, ask):
    client = sign_in(officer)
    answer = client.post(reverse("advocacy:ask_create"), {"title": "", "language": "xx", "level": "eu"})
    assert answer.status_code == 422
    answer = client.post(reverse("advocacy:ask_text_edit", args=["legal-aid", "en"]), text_form(title="x" * 201))
    assert answer.status_code == 422
    assert client.get(reverse("advocacy:ask_text_edit", args=["legal-aid", "xx"])).status_code == 404


def test_it_is_worded_in_a_second_language_and_a_stale_save_is_refused(sign_in, officer, ask):
    client = sign_in(officer)
    address = reverse("advocacy:ask_text_edit", args=["legal-aid", "fr"])
    assert "Free legal aid" in client.get(address).content.decode()
    assert client.post(address, text_form(title="Aide gratuite")).status_code == 302
    stale = client.post(address, text_form(title="Autre chose"))
    assert stale.status_code == 409
    assert "Autre chose" in stale.content.decode()
    assert AskText.objects.get(language="fr").title == "Aide gratuite"


def test_the_last_wording_stays(sign_in, officer, ask):
    client = sign_in(officer)
    answer = client.post(reverse("advocacy:ask_text_remove", args=["legal-aid", "en"]))
    assert answer.status_code == 409
    assert "only wording" in answer.content.decode()
    assert AskText.objects.count() == 1


def test_facts_are_changed(sign_in, officer, ask):
    client = sign_in(officer)
    facts = {"edition": 1, "level": "coe", "instrument": "", "dossier": "", "legal_basis": "Article 15"}
    assert client.post(reverse("advocacy:ask_edit", args=["legal-aid"]), facts).status_code == 302
    ask.refresh_from_db()
    assert (ask.level, ask.legal_basis, ask.edition) == ("coe", "Article 15", 2)


def test_its_page_tells_where_it_is_used(sign_in, officer, ask, statement, monkeypatch):
    client = sign_in(officer)
    page = reverse("advocacy:ask_detail", args=["legal-aid"])
    assert "Nowhere yet" in client.get(page).content.decode()
    plan = ActionPlan.objects.create(slug="six", title="Six points", addressee="Governments")
    Point.objects.create(plan=plan, ask=ask, number=4)
    StatementAsk.objects.create(statement=statement, ask=ask)
    letter = AskUse("Letter", "To LIBE", "TST-2026-014", "/desk/letters/")
    monkeypatch.setattr(registry, "ask_uses", [lambda user, one: [letter] if one == ask else []])
    shown = client.get(page).content.decode()
    for words in ("Six points", "Point 4, Draft", "Compensation is a right", statement.reference, "To LIBE"):
        assert words in shown


def test_a_letter_made_of_a_statement_that_refers_to_it_is_told_too(sign_in, officer, ask, statement):
    StatementAsk.objects.create(statement=statement, ask=ask)
    letter = MailingFactory(statement=statement, title="Compensation: to LIBE")
    shown = sign_in(officer).get(reverse("advocacy:ask_detail", args=["legal-aid"])).content.decode()
    assert "Compensation: to LIBE" in shown
    assert letter.reference in shown


def test_a_stranger_sees_no_ask(sign_in, stranger, ask):
    client = sign_in(stranger)
    assert client.get(reverse("advocacy:ask_detail", args=["legal-aid"])).status_code == 404
    assert "Free legal aid" not in client.get(reverse("advocacy:ask_list")).content.decode()


def test_wording_goes_into_a_statements_text_as_text(sign_in, officer, ask, statement):
    client = sign_in(officer)
    page = reverse("advocacy:statement_asks", args=[statement.reference])
    assert "Put it at the end of the text" in client.get(page).content.decode()
    text = statement.texts.get()
    address = reverse("advocacy:statement_ask_set", args=[statement.reference])
    data = {"ask": "legal-aid", "lang": "en", "edition": text.edition, "step": "insert"}
    assert client.post(address, data).status_code == 302
    text.refresh_from_db()
    assert text.body.endswith("<p><strong>Free legal aid &lt;now&gt;</strong></p><p>From the first contact.</p>")
    assert StatementAsk.objects.filter(statement=statement, ask=ask).exists()

    stale = client.post(address, data)
    assert stale.status_code == 409
    text.refresh_from_db()
    assert text.body.count("Free legal aid") == 1


def test_a_language_that_the_ask_lacks_is_told(sign_in, officer, ask, statement):
    statement.texts.update(language="fr")
    data = {"ask": "legal-aid", "lang": "fr", "edition": 1, "step": "insert"}
    answer = sign_in(officer).post(reverse("advocacy:statement_ask_set", args=[statement.reference]), data)
    assert answer.status_code == 409
    assert "no wording in this language" in answer.content.decode()


def test_a_published_statement_takes_no_wording_but_may_be_noted(sign_in, officer, ask, published):
    client = sign_in(officer)
    address = reverse("advocacy:statement_ask_set", args=[published.reference])
    text = published.texts.get()
    data = {"ask": "legal-aid", "lang": "en", "edition": text.edition}
    assert client.post(address, data | {"step": "insert"}).status_code == 409
    assert client.post(address, data | {"step": "refer"}).status_code == 302
    assert client.post(address, data | {"step": "refer"}).status_code == 302
    assert StatementAsk.objects.count() == 1
    assert client.post(address, data | {"step": "leave"}).status_code == 302
    assert not StatementAsk.objects.exists()


def test_queries_do_not_grow_with_the_library(sign_in, officer, statement, django_assert_max_num_queries):
    for number in range(40):
        text = {"title": f"Demand {number}", "short": "", "explanation": ""}
        planning.create_ask(actor=officer, language="en", text=text, facts={"level": "eu"})
    client = sign_in(officer)
    addresses = [
        reverse("advocacy:ask_list"),
        reverse("advocacy:ask_detail", args=["demand-1"]),
        reverse("advocacy:statement_asks", args=[statement.reference]),
    ]
    for address in addresses:
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200
