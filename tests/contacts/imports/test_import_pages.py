"""Importing on pages: read what would change, choose, apply."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from contacts.correcting import correct
from contacts.models import Contact, Suppression
from contacts.suppression import suppress
from mailing.models import AudienceRule
from tests.contacts.imports.hands import check, fields, give, imported, people, press_apply
from tests.factories import ContactFactory, MailingFactory

pytestmark = pytest.mark.django_db


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
    assert '<noscript><meta http-equiv="refresh"' in desk.get(check_url).content.decode()
    assert "HX-Refresh" not in desk.get(check_url, headers={"HX-Request": "true"}), "it waits and asks again"
    assert rung == [run.pk]
    working.work(run.pk)
    assert desk.get(check_url, headers={"HX-Request": "true"})["HX-Refresh"] == "true", "it reads itself again"
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
