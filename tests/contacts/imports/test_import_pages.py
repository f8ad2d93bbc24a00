"""Importing on pages: upload, match columns, read what would change, apply, take back."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from accounts.models import AuditEvent
from contacts.correcting import correct
from contacts.imports.uploading import throw_away_old
from contacts.models import Contact, ImportFile, ImportRun, Mandate, Membership, RememberedMapping, Suppression
from contacts.reference import load_bodies
from contacts.suppression import suppress
from mailing.models import AudienceRule
from tests.contacts.imports.builders import full_list, import_list, members, sheet
from tests.factories import ContactFactory, MailingFactory

pytestmark = pytest.mark.django_db

HEADER = ["Name", "E-mail", "Country", "Organisation"]


def people(number, start=0, **facts):
    """Rows of an invented press list."""
    return [
        {"Name": f"Given{n} Family{n}", "E-mail": f"p{n}@press.example", "Country": "Ireland", "Organisation": "Paper"}
        | facts
        for n in range(start, start + number)
    ]


def give(client, rows, name="press.csv"):
    """Upload a sheet; gives the run."""
    data = rows if isinstance(rows, bytes) else sheet(rows)
    response = client.post(reverse("contacts:import_upload"), {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 302, response.content.decode()[-2000:]
    return ImportRun.objects.latest("id")


def fields(response):
    """What the form of the columns would send as it stands."""
    form = response.context["form"]
    return {f"column-{column.number}": column.field for column, _field in form.rows()}


def check(client, run):
    """Match the columns as guessed; gives the check page."""
    url = reverse("contacts:import_map", args=[run.reference])
    page = client.get(url)
    answer = client.post(url, fields(page))
    assert answer.status_code == 302, answer.context["form"].errors
    return client.get(reverse("contacts:import_check", args=[run.reference]))


def ticks(page):
    """What the check page sends when nobody unticks anything."""
    preview = page.context["preview"]
    rows = [one["row"] for one in preview["changed"] if one["lines"]] + [one["row"] for one in preview["new"]]
    return {"digest": preview["digest"], "apply": rows, "gone": "leave"}


def press_apply(client, run, page, **other):
    return client.post(reverse("contacts:import_apply", args=[run.reference]), ticks(page) | other)


def imported(client, rows, **other):
    """The whole way; gives the run."""
    run = give(client, rows)
    press_apply(client, run, check(client, run), **other)
    run.refresh_from_db()
    return run


@pytest.fixture
def desk(client, officer):
    client.force_login(officer)
    return client


def test_a_sheet_becomes_contacts_after_it_was_read(desk, officer):
    run = give(desk, people(3))
    assert (run.reference, run.status) == (f"IMP-{timezone.localdate().year}-001", "uploaded")
    page = check(desk, run)
    assert page.context["counts"]["new"] == 3
    assert "Apply 3 changes" in page.content.decode()
    assert not Contact.objects.exists()
    response = press_apply(desk, run, page)
    assert response.status_code == 302
    run.refresh_from_db()
    assert (run.status, run.by, run.counts["new"]) == ("applied", officer, 3)
    assert None not in (run.mapped_at, run.checked_at, run.applied_at)
    assert sorted(Contact.objects.values_list("email", flat=True)) == [f"p{n}@press.example" for n in range(3)]
    assert AuditEvent.objects.filter(sentence="applied an import: 3 new, 0 changed, 0 gone", actor=officer).exists()
    done = desk.get(response.url).content.decode()
    assert run.reference in done
    assert "Take this import back" in done


def test_the_bytes_are_kept_only_until_the_import_is_applied_or_given_up(desk):
    run = give(desk, people(1))
    assert bytes(run.file.data).startswith(b"Name")
    press_apply(desk, run, check(desk, run))
    assert not ImportFile.objects.exists()
    other = give(desk, people(1))
    desk.post(reverse("contacts:import_discard", args=[other.reference]))
    other.refresh_from_db()
    assert other.status == "discarded"
    assert not ImportFile.objects.exists()


def test_an_upload_nobody_finished_is_thrown_away_after_seven_days(desk):
    old, young = give(desk, people(1)), give(desk, people(2))
    ImportFile.objects.filter(run=old).update(at=timezone.now() - timedelta(days=8))
    throw_away_old()
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.status, young.status) == ("discarded", "uploaded")
    assert list(ImportFile.objects.values_list("run", flat=True)) == [young.pk]


def test_cells_can_be_pasted(desk):
    text = "Name\tE-mail\tCountry\nAna Nova\tana@press.example\tIreland\n"
    desk.post(reverse("contacts:import_upload"), {"text": text})
    run = ImportRun.objects.get()
    press_apply(desk, run, check(desk, run))
    assert Contact.objects.get().name == "Ana Nova"


def test_nothing_given_and_too_large_a_file_are_refused_with_a_sentence(desk, monkeypatch):
    url = reverse("contacts:import_upload")
    assert desk.post(url, {}).status_code == 422
    monkeypatch.setattr("contacts.forms.imports.MAX_BYTES", 10)
    response = desk.post(url, {"file": SimpleUploadedFile("big.csv", b"x" * 11)})
    assert response.status_code == 422
    assert "larger than 20 MB" in response.content.decode()
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04broken", b"\x00\x00\x00", b"a,a\n1,2", b"only a header", b"{", b"<x>", b"[1]"]
)
def test_a_file_that_cannot_be_read_gives_a_sentence_and_changes_nothing(desk, data):
    response = desk.post(reverse("contacts:import_upload"), {"file": SimpleUploadedFile("x.csv", data)}, follow=True)
    assert response.status_code in (200, 422)
    assert not Contact.objects.exists()


def test_letters_that_are_not_unicode_are_never_guessed_in_silence(desk):
    data = "Name;E-mail\nZoë Müller;zoe@press.example\n".encode("windows-1252")
    run = give(desk, data)
    url = reverse("contacts:import_encoding", args=[run.reference])
    assert desk.get(reverse("contacts:import_map", args=[run.reference])).url == url
    page = desk.get(url).content.decode()
    assert "Zoë Müller" in page
    assert "Zo� M" not in page
    assert desk.post(url, {}).status_code == 422
    desk.post(url, {"encoding": "windows-1252"})
    run.refresh_from_db()
    press_apply(desk, run, check(desk, run))
    assert Contact.objects.get().name == "Zoë Müller"


def test_another_sheet_of_a_workbook_can_be_chosen(desk):
    book = Workbook()
    book.active.title = "Cover"
    book.active.append(["Notes", "More"])
    book.active.append(["nothing", "here"])
    other = book.create_sheet("Members")
    other.append(HEADER)
    other.append(["Ana Nova", "ana@press.example", "Ireland", "Paper"])
    out = io.BytesIO()
    book.save(out)
    run = give(desk, out.getvalue(), "book.xlsx")
    page = desk.get(reverse("contacts:import_map", args=[run.reference])).content.decode()
    assert "Members" in page
    desk.post(reverse("contacts:import_sheet", args=[run.reference]), {"sheet": "Members"})
    run.refresh_from_db()
    press_apply(desk, run, check(desk, run))
    assert Contact.objects.get().email == "ana@press.example"


def test_columns_are_guessed_by_header_and_by_values_and_remembered(desk):
    rows = [{"Who": "x", "Kontakt": "ana@press.example", "Land": "Ireland", "Nachname": "Nova", "Zzz": "1"}]
    run = give(desk, rows)
    url = reverse("contacts:import_map", args=[run.reference])
    page = desk.get(url)
    found = {column.header: column.field for column, _field in page.context["form"].rows()}
    assert found == {"Who": "", "Kontakt": "email", "Land": "country", "Nachname": "family_name", "Zzz": ""}
    assert "ana@press.example" in page.content.decode()
    chosen = fields(page) | {"column-0": "given_name"}
    desk.post(url, chosen)
    assert RememberedMapping.objects.get().columns["Who"] == "given_name"
    again = desk.get(reverse("contacts:import_map", args=[give(desk, rows).reference]))
    assert fields(again) == chosen
    assert "4 of 5, as last time." in again.content.decode()


def test_a_mapping_that_cannot_work_is_refused_at_the_form(desk):
    run = give(desk, people(1))
    url = reverse("contacts:import_map", args=[run.reference])
    response = desk.post(url, {"column-0": "full_name", "column-1": "full_name"})
    assert response.status_code == 422
    assert "Two columns are" in response.content.decode()
    assert "Say which column holds the e-mail address" in desk.post(url, {"column-0": "full_name"}).content.decode()


def test_before_and_after_are_shown_and_what_is_unticked_stays(desk):
    ana = ContactFactory(given_name="Ana", family_name="Nova", email="p0@press.example", country="FR", language="")
    leo = ContactFactory(given_name="Leo", family_name="Nova", email="p1@press.example", country="FR")
    rows = people(2, Organisation="", Name="")
    run = give(desk, rows)
    page = check(desk, run)
    assert page.context["counts"]["changed"] == 2
    text = page.content.decode()
    assert "<del>France</del>" in text
    assert "<ins>Ireland</ins>" in text
    press_apply(desk, run, page, apply=[2])
    ana.refresh_from_db()
    leo.refresh_from_db()
    assert (ana.country, leo.country) == ("IE", "FR")


def test_what_a_person_corrected_stays_unless_it_is_ticked(desk, officer):
    ana = ContactFactory(given_name="Ana", family_name="Nova", email="p0@press.example", country="IE")
    correct(ana, {"language": "ga"}, actor=officer)
    rows = [{"E-mail": "p0@press.example", "Language": "French", "Country": "Ireland"}]
    run = give(desk, rows)
    page = check(desk, run)
    assert page.context["counts"]["kept"] == 1
    assert "Your edit stays" in page.content.decode()
    press_apply(desk, run, page)
    ana.refresh_from_db()
    assert ana.language == "ga"
    second = give(desk, rows)
    press_apply(desk, second, check(desk, second), override=[2])
    ana.refresh_from_db()
    assert ana.language == "fr"
    assert not ana.corrections.exists()


def test_a_word_that_no_table_knows_is_answered_once_for_all_rows(desk):
    run = give(desk, people(3, Country="Greeece"))
    page = check(desk, run)
    assert "Use Greece" in page.content.decode()
    desk.post(
        reverse("contacts:import_word", args=[run.reference]), {"kind": "country", "label": "Greeece", "code": "GR"}
    )
    page = desk.get(reverse("contacts:import_check", args=[run.reference]))
    assert (page.context["counts"]["errors"], page.context["preview"]["questions"]) == (0, [])
    press_apply(desk, run, page)
    assert set(Contact.objects.values_list("country", flat=True)) == {"GR"}


def test_an_answer_that_is_none_is_refused(desk):
    run = give(desk, people(1, Country="Greeece"))
    check(desk, run)
    url = reverse("contacts:import_word", args=[run.reference])
    for sent in (
        {},
        {"kind": "planet", "label": "Greeece", "code": "GR"},
        {"kind": "country", "label": "G", "code": "??"},
    ):
        assert desk.post(url, sent, follow=True).status_code == 200
    assert desk.get(reverse("contacts:import_check", args=[run.reference])).context["counts"]["errors"] == 1


def test_rows_that_fail_can_be_downloaded_repaired_and_uploaded_on_the_same_page(desk):
    rows = people(2) + people(1, start=2, **{"E-mail": "p2@press,example", "Name": "=HYPERLINK(1) X"})
    run = give(desk, rows)
    page = check(desk, run)
    assert page.context["counts"]["errors"] >= 1
    answer = desk.get(reverse("contacts:import_rows", args=[run.reference, "csv"]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text)))
    assert found[0][:4] == HEADER
    assert len(found) == 2
    assert found[1][0].startswith("'=")
    assert "p2@press,example" in found[1][1]
    workbook = desk.get(reverse("contacts:import_rows", args=[run.reference, "xlsx"]))
    assert workbook.status_code == 200
    desk.post(
        reverse("contacts:import_file", args=[run.reference]),
        {"file": SimpleUploadedFile("repaired.csv", sheet(people(3)))},
    )
    page = desk.get(reverse("contacts:import_check", args=[run.reference]))
    assert (page.context["counts"]["new"], page.context["counts"]["errors"]) == (3, 0)


def test_the_new_one_who_looks_like_somebody_known_is_pointed_out(desk):
    known = ContactFactory(given_name="Given0", family_name="Family0", email="other@elsewhere.example")
    page = check(desk, give(desk, people(1)))
    assert page.context["preview"]["new"][0]["alike"]["public_id"] == str(known.public_id)
    assert "same person?" in page.content.decode()


def test_an_import_never_takes_anybody_off_the_do_not_write_list(desk):
    suppress("p0@press.example", reason=Suppression.Reason.OBJECTION)
    run = give(desk, people(2))
    page = check(desk, run)
    assert page.context["preview"]["suppressed"] == 1
    assert "1 address of the file is on the do-not-write list" in page.content.decode()
    press_apply(desk, run, page)
    assert Suppression.objects.count() == 1


def test_what_was_read_out_of_date_is_not_applied(desk):
    ana = ContactFactory(given_name="", family_name="Nova", email="p0@press.example", country="FR")
    run = give(desk, people(1, Name="", Organisation=""))
    page = check(desk, run)
    ana.country = "DE"
    ana.save()
    response = press_apply(desk, run, page)
    assert response.status_code == 409
    text = response.content.decode()
    assert "What you read is out of date" in text
    assert "<del>Germany</del>" in text
    ana.refresh_from_db()
    run.refresh_from_db()
    assert (ana.country, run.status) == ("DE", "checked")
    assert press_apply(desk, run, response).status_code == 302
    ana.refresh_from_db()
    assert ana.country == "IE"


def test_applying_twice_imports_once(desk):
    run = give(desk, people(2))
    page = check(desk, run)
    press_apply(desk, run, page)
    press_apply(desk, run, page)
    assert Contact.objects.count() == 2
    assert AuditEvent.objects.filter(sentence__startswith="applied an import").count() == 1


def test_those_not_in_the_file_stay_unless_one_chooses(desk, administrator):
    load_bodies()
    import_list(members(40))
    url = reverse("contacts:import_upload")

    def upload():
        day = {"as_of": "2026-04-17"}
        desk.post(url, {"file": SimpleUploadedFile("list.xml", full_list(members(39)))} | day)
        run = ImportRun.objects.latest("id")
        return run, desk.get(reverse("contacts:import_check", args=[run.reference]))

    run, page = upload()
    assert [one["name"] for one in page.context["preview"]["gone"]] == ["Given40 Familya"]
    press_apply(desk, run, page)
    assert Mandate.objects.open().count() == 40
    run, page = upload()
    press_apply(desk, run, page, gone="end")
    assert Mandate.objects.open().count() == 39
    assert not Membership.objects.filter(mandate__ended_on__isnull=False, ended_on__isnull=True).exists()


def test_a_held_list_is_released_by_who_may_and_by_nobody_else(desk, administrator):
    load_bodies()
    import_list(members(40))
    desk.post(
        reverse("contacts:import_upload"),
        {"file": SimpleUploadedFile("list.xml", full_list(members(20))), "as_of": "2026-04-17"},
    )
    run = ImportRun.objects.latest("id")
    page = desk.get(reverse("contacts:import_check", args=[run.reference]))
    assert "This import is held." in page.content.decode()
    assert press_apply(desk, run, page).status_code == 403
    desk.post(reverse("contacts:import_hold", args=[run.reference]))
    run.refresh_from_db()
    assert run.status == "held"
    assert desk.post(reverse("contacts:import_discard", args=[run.reference])).status_code == 403
    desk.force_login(administrator)
    page = desk.get(reverse("contacts:import_check", args=[run.reference]))
    assert "Release and apply" in page.content.decode()
    press_apply(desk, run, page, gone="end")
    run.refresh_from_db()
    assert (run.status, Mandate.objects.open().count()) == ("applied", 20)


def test_an_import_held_by_a_command_can_be_released_on_the_page(client, administrator, tmp_path):
    from tests.contacts.imports.builders import run as run_command

    load_bodies()
    import_list(members(40))
    path = tmp_path / "list_2026-04-17.xml"
    path.write_bytes(full_list(members(20)))
    run_command("import_meps", path, "--apply")
    run = ImportRun.objects.get(status="held")
    client.force_login(administrator)
    assert run.reference in client.get(reverse("contacts:import_list")).content.decode()
    page = client.get(reverse("contacts:import_check", args=[run.reference]))
    press_apply(client, run, page, gone="end")
    run.refresh_from_db()
    assert (run.status, Mandate.objects.open().count()) == ("applied", 20)


def test_draft_letters_with_these_people_are_named(desk):
    ana = ContactFactory(given_name="", family_name="Nova", email="p0@press.example", country="FR")
    mailing = MailingFactory()
    AudienceRule.objects.create(mailing=mailing, contact=ana)
    page = check(desk, give(desk, people(1, Name="", Organisation="")))
    assert mailing.reference in page.content.decode()


def test_a_secret_address_is_not_shown_before_and_after(desk):
    ContactFactory(email="p0@press.example", phone="+32 2 555 12 34", is_confidential=True, country="FR")
    page = check(desk, give(desk, people(1)))
    assert "555 12 34" not in page.content.decode()


def test_a_viewer_reads_the_list_and_imports_nothing(client, viewer, officer):
    client.force_login(officer)
    run = imported(client, people(1))
    client.force_login(viewer)
    assert client.get(reverse("contacts:import_list")).status_code == 200
    text = client.get(reverse("contacts:import_detail", args=[run.reference])).content.decode()
    assert "Take this import back" not in text
    assert client.post(reverse("contacts:import_undo", args=[run.reference])).status_code == 403


def test_a_stranger_sees_no_import(client, officer, stranger):
    client.force_login(officer)
    run = imported(client, people(1))
    client.force_login(stranger)
    assert run.reference not in client.get(reverse("contacts:import_list")).content.decode()
    assert client.get(reverse("contacts:import_detail", args=[run.reference])).status_code == 404


def test_a_large_file_is_left_to_a_worker_and_the_page_waits(desk, monkeypatch, django_capture_on_commit_callbacks):
    from contacts.imports import uploading, working

    monkeypatch.setattr(uploading, "LARGE", 10)
    rung = []
    monkeypatch.setattr(working, "ring", rung.append)
    run = give(desk, people(3))
    url = reverse("contacts:import_map", args=[run.reference])
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(url, fields(desk.get(url)))
    check_url = reverse("contacts:import_check", args=[run.reference])
    assert 'http-equiv="refresh"' in desk.get(check_url).content.decode()
    assert rung == [run.pk]
    working.work(run.pk)
    page = desk.get(check_url)
    assert page.context["counts"]["new"] == 3
    with django_capture_on_commit_callbacks(execute=True):
        press_apply(desk, run, page, apply=[2, 3])
    working.work(run.pk)
    working.work(run.pk)
    run.refresh_from_db()
    assert (run.status, Contact.objects.count()) == ("applied", 2)


@pytest.mark.parametrize("number", [10, 200])
def test_pages_ask_the_database_no_more_for_more_rows(desk, number, django_assert_max_num_queries):
    run = give(desk, people(number))
    check(desk, run)
    for name in ("import_check", "import_map"):
        with django_assert_max_num_queries(12):
            assert desk.get(reverse(f"contacts:{name}", args=[run.reference])).status_code == 200
    imported(desk, people(number, start=1000))
    for url in (reverse("contacts:import_list"), reverse("contacts:import_detail", args=[run.reference])):
        with django_assert_max_num_queries(12):
            desk.get(url)
