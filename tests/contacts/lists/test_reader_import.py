"""People with proof of consent come onto a list by a sheet: who is taken in, who is not and why, and taking it back."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from contacts.consent import confirm, leave
from contacts.imports import subscribing
from contacts.models import ConsentRecord, Contact, ImportFile, ImportRun
from contacts.suppression import suppress
from tests.contacts.lists.hands import ANA, HEAD, PROOF, apply, page_of, upload
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def counts(run):
    return {name: run.counts[name] for name in ("new", "changed", "unchanged", "errors")}


def test_who_agreed_is_on_the_list_with_language_topics_and_proof(signed_in, bring, letter, topics):
    run = bring(ANA)
    assert not Contact.objects.filter(email="ana@reader.example").exists()
    assert apply(signed_in, run).status_code == 302
    ana = Contact.objects.get(email="ana@reader.example")
    assert (str(ana), ana.language, ana.country, ana.legal_basis) == ("Ana Ferreira", "pt", "PT", "consent")
    subscription = ana.subscriptions.get()
    assert (subscription.status, subscription.source, subscription.language) == ("active", "import", "pt")
    assert list(subscription.topics.all()) == [topics[0]]
    proof = ConsentRecord.objects.get()
    assert (proof.action, proof.source, proof.given_on) == ("imported", PROOF, date(2026, 3, 1))
    assert (proof.wording, proof.wording_version) == ("Send me the letter once a month.", 1)
    assert proof.email_digest == ana.email_digest
    run.refresh_from_db()
    assert run.status == "applied"
    assert not ImportFile.objects.exists()
    said = "added 1 people to Letter, with proof of consent (1 of them new)"
    assert AuditEvent.objects.latest("id").sentence == said


def test_the_check_page_says_who_joins_before_anything_happens(signed_in, bring):
    shown = page_of(signed_in, bring(ANA)).content.decode()
    assert "Ana Ferreira" in shown
    assert "Add 1 person" in shown
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("b@reader.example;B;;;;;" + PROOF, "There is no day of consent"),
        ("b@reader.example;B;;;;2026-03-01;", "does not say where the proof lies"),
        ("b@reader.example;B;;;;03/04/2026;" + PROOF, "means two days in two countries"),
        ("b@reader.example;B;;;;2026-02-30;" + PROOF, "This is not a day"),
        ("b@reader.example;B;;;;2999-01-01;" + PROOF, "has not come yet"),
        ("b@reader.example;Boris Padarin;;;;2026-03-01;Card of Boris", "must not hold the person"),
        ("b@reader.example;B;;;;2026-03-01;mail of b@reader.example", "must not hold the person"),
        ("no address;B;;;;2026-03-01;" + PROOF, "@"),
        ("ANA@reader.example;Ana;;;;2026-03-01;" + PROOF, "stands in row 2 as well"),
    ],
)
def test_a_row_without_day_or_proof_is_refused_by_its_number(signed_in, bring, row, why):
    run = bring(ANA, row)
    problem = ImportFile.objects.get(run=run).preview["problems"][0]
    assert problem["row"] == 3
    assert why in problem["problem"]
    assert "Row 3" in page_of(signed_in, run).content.decode()
    apply(signed_in, run)
    run.refresh_from_db()
    assert counts(run) == {"new": 1, "changed": 0, "unchanged": 0, "errors": 1}
    assert Contact.objects.filter(subscriptions__isnull=False).count() == 1


def test_who_left_objected_or_complained_is_not_brought_back(signed_in, bring, letter):
    left, objected, bounced = (ContactFactory(email=f"{n}@reader.example") for n in ("left", "objected", "bounced"))
    confirm(left, letter, source="page")
    leave(left, letter, source="page")
    suppress(objected, scope=f"list:{letter.pk}", reason="objection")
    suppress(bounced, reason="hard_bounce")
    run = bring(*(f"{n}@reader.example;;;;;2026-03-01;{PROOF}" for n in ("left", "objected", "bounced")), ANA)
    shown = page_of(signed_in, run).content.decode()
    assert shown.count("Only they themselves can come back.") == 3
    apply(signed_in, run)
    assert [row.contact.email for row in letter.subscriptions.filter(status="active")] == ["ana@reader.example"]


def test_who_objected_to_letters_alone_may_get_what_they_chose(signed_in, bring, letter):
    suppress(ContactFactory(email="mep@reader.example"), scope="letters", reason="objection")
    run = bring(f"mep@reader.example;;;;;2026-03-01;{PROOF}")
    apply(signed_in, run)
    assert letter.subscriptions.get().status == "active"


def test_who_is_on_the_list_stays_as_they_are(signed_in, bring, letter):
    reader = ContactFactory(email="ana@reader.example", language="fr", family_name="Own")
    confirm(reader, letter, source="page")
    run = bring(ANA)
    assert counts(run) == {"new": 0, "changed": 0, "unchanged": 1, "errors": 0}
    assert "The file adds nobody." in page_of(signed_in, run).content.decode()
    reader.refresh_from_db()
    assert (reader.family_name, reader.subscriptions.get().language) == ("Own", "")


def test_a_known_contact_joins_and_keeps_their_data(signed_in, bring, letter):
    known = ContactFactory(email="ana@reader.example", language="en", family_name="Own", country="IE")
    run = bring(ANA)
    apply(signed_in, run)
    known.refresh_from_db()
    assert (known.family_name, known.language, known.country) == ("Own", "en", "IE")
    assert known.subscriptions.get().language == "pt"


def test_who_asked_and_never_confirmed_joins_by_the_proof(signed_in, bring, letter):
    asked = ContactFactory(email="ana@reader.example")
    letter.subscriptions.create(contact=asked)
    run = bring(ANA)
    apply(signed_in, run)
    assert letter.subscriptions.get().status == "active"


def test_a_wrong_language_country_or_topic_leaves_only_itself_out(signed_in, bring, letter):
    run = bring(f"ana@reader.example;Ana Ferreira;Klingon;Atlantis;Ships|Compensation;2026-03-01;{PROOF}")
    remarks = ImportFile.objects.get(run=run).preview["remarks"]
    assert [problem["column"] for problem in remarks] == ["Language", "Country", "Topics"]
    apply(signed_in, run)
    found = letter.subscriptions.get()
    assert (found.language, found.contact.country, found.topics.count()) == ("", "", 1)


def test_columns_are_guessed_and_remembered(signed_in, bring, letter):
    bring("b@reader.example;x;1.3.2026", head="Courriel;Wo;Wann", columns={"column-1": "proof", "column-2": "given_on"})
    again = SimpleUploadedFile("again.csv", f"{'Courriel;Wo;Wann'}\nc@reader.example;y;2.3.2026".encode())
    sent = signed_in.post(reverse("contacts:subscriber_upload", args=[letter.pk]), {"file": again})
    shown = signed_in.get(sent.url)
    assert [column.field for column in shown.context["form"].columns] == ["email", "proof", "given_on"]
    assert "as last time" in shown.content.decode()


def test_without_the_column_of_the_proof_nothing_is_read(signed_in, letter, topics):
    data = SimpleUploadedFile("readers.csv", b"E-mail;Agreed on\nana@reader.example;2026-03-01")
    answer = upload(signed_in, letter, {"file": data})
    assert answer.status_code == 422
    assert "Nobody is added without address, day and proof" in answer.content.decode()


def test_pasted_cells_and_a_workbook_are_read_alike(signed_in, letter, topics):
    upload(signed_in, letter, {"text": "E-mail\tAgreed on\tProof\nana@reader.example\t2026-03-01\tFolder 12"})
    assert ImportRun.objects.latest("id").counts["new"] == 1
    book = openpyxl.Workbook()
    book.active.append(["E-mail", "Agreed on", "Proof"])
    book.active.append(["ana@reader.example", date(2026, 3, 1), "Folder 12"])
    buffer = io.BytesIO()
    book.save(buffer)
    upload(signed_in, letter, {"file": SimpleUploadedFile("readers.xlsx", buffer.getvalue())})
    assert ImportRun.objects.latest("id").counts["new"] == 1


def test_a_list_of_members_is_no_sheet_of_readers(signed_in, letter):
    data = SimpleUploadedFile("meps.xml", b"<meps></meps>")
    answer = signed_in.post(reverse("contacts:subscriber_upload", args=[letter.pk]), {"file": data})
    assert answer.status_code == 422
    assert "This is no sheet." in answer.content.decode()


def test_what_was_read_is_what_happens_or_nothing(signed_in, bring, letter):
    run = bring(ANA, f"boris@reader.example;;;;;2026-03-01;{PROOF}")
    digest = ImportFile.objects.get(run=run).preview["digest"]
    suppress("ana@reader.example", reason="objection")
    answer = signed_in.post(reverse("contacts:subscriber_apply", args=[run.reference]), {"digest": digest})
    assert answer.status_code == 409
    assert "Nobody was added" in answer.content.decode()
    assert not letter.subscriptions.exists()
    apply(signed_in, run)
    assert letter.subscriptions.get().contact.email == "boris@reader.example"


def test_applying_twice_adds_nobody_twice(signed_in, bring, letter):
    run = bring(ANA)
    digest = ImportFile.objects.get(run=run).preview["digest"]
    for _turn in range(2):
        signed_in.post(reverse("contacts:subscriber_apply", args=[run.reference]), {"digest": digest})
    assert letter.subscriptions.count() == 1
    assert ConsentRecord.objects.count() == 1


def test_the_pages_of_other_imports_do_not_open_it(signed_in, bring):
    run = bring(ANA)
    for name in ("import_map", "import_check"):
        assert signed_in.get(reverse(f"contacts:{name}", args=[run.reference])).status_code == 404
    for name in ("import_apply", "import_undo", "import_discard"):
        assert signed_in.post(reverse(f"contacts:{name}", args=[run.reference])).status_code == 404
    there = signed_in.get(reverse("contacts:import_detail", args=[run.reference]))
    assert there.url == reverse("contacts:subscriber_import", args=[run.reference])
    assert run.reference in signed_in.get(reverse("contacts:import_list")).content.decode()


def test_giving_up_changes_nothing(signed_in, bring, letter):
    run = bring(ANA)
    signed_in.post(reverse("contacts:subscriber_discard", args=[run.reference]))
    run.refresh_from_db()
    assert run.status == "discarded"
    assert "Nothing was changed." in page_of(signed_in, run).content.decode()
    assert not letter.subscriptions.exists()


def test_a_stranger_opens_none_of_it(client, stranger, bring):
    run = bring(ANA)
    client.force_login(stranger)
    assert page_of(client, run).status_code == 404


def test_an_upload_that_nobody_mapped_waits_at_its_columns(signed_in, letter, topics):
    data = SimpleUploadedFile("readers.csv", f"{HEAD}\n{ANA}".encode())
    sent = signed_in.post(reverse("contacts:subscriber_upload", args=[letter.pk]), {"file": data})
    run = ImportRun.objects.get()
    assert page_of(signed_in, run).url == sent.url


def test_no_problem_that_is_kept_names_anybody(signed_in, bring):
    run = bring(ANA, "secret@reader.example;Zebedee Quirk;Klingon;;;;")
    apply(signed_in, run)
    run.refresh_from_db()
    assert "Quirk" not in str(run.problems)
    assert "secret@" not in str([run.problems, run.changes])


def test_a_chunk_more_of_rows_costs_a_few_queries_more(letter, topics, officer):
    assert subscribing.CHUNK == 500
    asked = {rows: queries_to_add(rows, letter, officer) for rows in (500, 1000)}
    # Compared twice and written, never one by one; SQLite takes fewer rows in one statement. Speed: `bench imports`.
    assert asked[1000] - asked[500] <= 40, asked


def queries_to_add(rows, letter, officer):
    """How many queries it takes to check and add so many new readers with a topic."""
    lines = [f"of{rows}n{n}@reader.example;Reader;en;IE;Compensation;2026-03-01;{PROOF}" for n in range(rows)]
    run = subscribing.receive("\n".join([HEAD, *lines]).encode(), "many.csv", contact_list=letter, actor=officer)
    names = ("email", "full_name", "language", "country", "topics", "given_on", "proof")
    run.options |= {"columns": dict(zip(names, HEAD.split(";"), strict=True))}
    ImportRun.objects.filter(pk=run.pk).update(options=run.options)
    with CaptureQueriesContext(connection) as seen:
        preview = subscribing.check(run)
        subscribing.apply(run, preview["digest"], actor=officer)
    assert letter.subscriptions.filter(status="active", contact__email__startswith=f"of{rows}n").count() == rows
    return len(seen)
