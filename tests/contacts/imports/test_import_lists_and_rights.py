"""Lists of members on pages: those they lack, held ones, and who may see, release and take back what."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts.models import ImportRun, Mandate, Membership
from contacts.reference import load_bodies
from tests.contacts.imports.builders import full_list, import_list, members
from tests.contacts.imports.hands import imported, people, press_apply

pytestmark = pytest.mark.django_db


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
