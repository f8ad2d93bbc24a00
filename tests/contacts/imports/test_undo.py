"""Taking an import back: everything, unless somebody changed it since; all at once; once."""

from datetime import timedelta

import pytest
from django.forms.models import model_to_dict
from django.utils import timezone

from accounts.models import AuditEvent
from contacts.imports.undoing import take_back
from contacts.models import Body, Contact, ImportRun, Interaction, Mandate, Membership, Note, Organisation, Post, Tag
from contacts.models.runs import WrongStatus
from contacts.reference import load_bodies
from tests.contacts.imports.builders import import_list, import_sheet, member, members, of, row
from tests.contacts.imports.hands import check, give, imported, people, press_apply
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

# When a row was written last is no fact of a person.
IGNORED = {"id", "changed_at", "created_at"}


def everything():
    """All the facts of the address book, without what a database counts."""
    return {
        model.__name__: sorted(
            (
                [
                    *sorted((name, str(value)) for name, value in model_to_dict(one).items() if name not in IGNORED),
                    ("facts", str(sorted(getattr(one, "facts_as_of", {}).items()))),
                ]
                for one in model.objects.all()
            ),
            key=str,
        )
        for model in (Contact, Mandate, Membership, Post, Organisation, Tag, Body)
    }


def latest():
    return ImportRun.objects.filter(status="applied").latest("id")


def test_a_list_and_a_sheet_taken_back_leave_what_stood_before(officer):
    load_bodies()
    import_list(members(30))
    import_sheet([row(1, LIBE="M", EMPL="S"), row(2, FEMM="C")])
    before = everything()
    changed = [member(n, name=f"Given{n} OTHER", group="S&D", party="New", country="Malta") for n in range(1, 30)]
    import_list([*changed, member(77, name="Nina NEW")], on=import_day(30))
    assert everything() != before
    outcome = take_back(latest(), actor=officer)
    assert (outcome["removed"], outcome["stayed"]) == (1, [])
    assert everything() == before


def import_day(days):
    from tests.contacts.imports.builders import LIST_DAY

    return LIST_DAY + timedelta(days=days)


def test_seats_that_came_and_went_are_as_they_were(officer):
    load_bodies()
    import_list(members(3))
    import_sheet([row(1, LIBE="M", EMPL="S"), row(2, FEMM="C")], on=import_day(1))
    before = everything()
    import_sheet([row(1, LIBE="C", FEMM="M"), row(2, email="other@europarl.europa.eu.example")], on=import_day(9))
    assert everything() != before
    assert take_back(latest(), actor=officer)["stayed"] == []
    assert everything() == before


def test_new_people_organisations_and_tags_go_again(client, officer):
    client.force_login(officer)
    load_bodies()  # The bodies every import makes sure of are ours, not the file's.
    known = ContactFactory(email="p9@press.example")
    before = everything()
    run = imported(client, [*people(3, Organisation="New Paper", Tags="culture"), *people(1, start=9, Tags="radio")])
    assert Post.objects.count() == 4
    take_back(run, actor=officer)
    assert list(Contact.objects.all()) == [known]
    assert everything() == before


def test_what_somebody_changed_since_stays_and_the_page_says_so(client, officer):
    client.force_login(officer)
    ana = ContactFactory(given_name="Ana", family_name="Nova", email="p0@press.example", country="FR", language="de")
    run = imported(client, people(1, Name="", Organisation="", Language="French"))
    ana.refresh_from_db()
    assert (ana.country, ana.language) == ("IE", "fr")
    ana.country = "MT"
    ana.save()
    outcome = take_back(run, actor=officer)
    ana.refresh_from_db()
    assert (ana.country, ana.language) == ("MT", "de")
    assert outcome["stayed"] == [{"contact": ana.pk, "what": "country"}]
    text = client.get(f"/desk/contacts/imports/{run.reference}/").content.decode()
    assert "One thing was changed since, and stayed" in text
    assert "Ana Nova" in text


@pytest.mark.parametrize("happened", ["note", "meeting", "edit", "tag", "later import"])
def test_somebody_new_to_whom_something_happened_stays(client, officer, happened):
    client.force_login(officer)
    run = imported(client, people(2))
    ana = Contact.objects.get(email="p0@press.example")
    if happened == "note":
        Note.objects.create(contact=ana, author=officer, text="Prefers short letters.")
    elif happened == "meeting":
        Interaction.objects.create(contact=ana, kind="meeting", at=timezone.now())
    elif happened == "edit":
        ana.language = "ga"
        ana.save()
    elif happened == "tag":
        ana.tags.add(Tag.objects.create(name="met"))
    else:
        second = give(client, people(1, Language="Irish"))
        press_apply(client, second, check(client, second))
    take_back(run, actor=officer)
    assert list(Contact.objects.values_list("email", flat=True)) == ["p0@press.example"]


def test_people_who_swapped_addresses_get_their_own_back(officer):
    load_bodies()
    import_list(members(2))
    one, two = "given1@europarl.europa.eu.example", "given2@europarl.europa.eu.example"
    import_sheet([row(1, email=one), row(2, email=two)], on=import_day(1))
    import_sheet([row(1, email=two), row(2, email=one)], on=import_day(2))
    take_back(latest(), actor=officer)
    assert (of(1).email, of(2).email, of(1).email_key) == (one, two, one)


def test_an_address_that_another_person_has_now_does_not_go_back(client, officer):
    client.force_login(officer)
    load_bodies()
    import_list(members(1))
    import_sheet([row(1, email="old@europarl.europa.eu.example")], on=import_day(1))
    import_sheet([row(1, email="new@europarl.europa.eu.example")], on=import_day(2))
    ContactFactory(email="old@europarl.europa.eu.example")
    outcome = take_back(latest(), actor=officer)
    assert of(1).email == "new@europarl.europa.eu.example"
    assert [found["what"] for found in outcome["stayed"]] == ["email"]


def test_taking_back_twice_changes_nothing_and_is_told_once(client, officer):
    client.force_login(officer)
    run = imported(client, people(2))
    url = f"/desk/contacts/imports/{run.reference}/undo/"
    for _time in range(2):
        assert client.post(url).status_code == 302
    run.refresh_from_db()
    assert run.status == "reverted"
    assert run.reverted_at is not None
    assert AuditEvent.objects.filter(sentence__startswith="took an import back").count() == 1


def test_after_thirty_days_nothing_is_taken_back(client, officer):
    client.force_login(officer)
    run = imported(client, people(1))
    ImportRun.objects.filter(pk=run.pk).update(applied_at=timezone.now() - timedelta(days=31))
    run.refresh_from_db()
    with pytest.raises(WrongStatus):
        take_back(run, actor=officer)
    assert client.post(f"/desk/contacts/imports/{run.reference}/undo/").status_code == 302
    assert Contact.objects.count() == 1


def test_a_failure_half_way_takes_nothing_back(client, officer, monkeypatch):
    client.force_login(officer)
    run = imported(client, people(2))

    def fail(self):
        raise RuntimeError("half way")

    monkeypatch.setattr("contacts.imports.undoing.Undo.remove_made", fail)
    with pytest.raises(RuntimeError):
        take_back(run, actor=officer)
    assert Contact.objects.count() == 2
    run.refresh_from_db()
    assert run.status == "applied"


@pytest.mark.parametrize("first", ImportRun.Status.values)
@pytest.mark.parametrize("second", ImportRun.Status.values)
def test_every_pair_of_statuses_is_allowed_or_refused(officer, first, second):
    run = ImportRun.objects.create(
        source="upload", file_name="x.csv", file_digest="0", as_of=timezone.localdate(), status=first
    )
    if second in ImportRun.TRANSITIONS[first]:
        run.move_to(second, actor=officer)
        run.refresh_from_db()
        assert run.status == second
    else:
        with pytest.raises(WrongStatus):
            run.move_to(second, actor=officer)


def test_two_who_move_one_run_move_it_once(officer):
    run = ImportRun.objects.create(
        source="upload", file_name="x.csv", file_digest="0", as_of=timezone.localdate(), status="checked"
    )
    same = ImportRun.objects.get(pk=run.pk)
    run.move_to("discarded", actor=officer)
    with pytest.raises(WrongStatus):
        same.move_to("applied", actor=officer)
