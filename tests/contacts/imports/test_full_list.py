"""The Parliament's full list: who is new, goes on, changes, leaves and returns."""

from datetime import date

import pytest

from accounts.models import AuditEvent
from contacts.models import Body, Contact, ImportRun, Mandate, Membership
from tests.contacts.imports.builders import LIST_DAY, SAMPLES, full_list, import_list, member, members, of, run_json

pytestmark = pytest.mark.django_db

NEXT_MONTH = date(2026, 4, 17)


def test_a_list_is_imported_once_and_then_unchanged():
    file = SAMPLES / "full-list_en_2026-03-17.xml"
    assert run_json("import_meps", file)["new"] == 8
    assert Contact.objects.count() == 0
    assert run_json("import_meps", file, "--apply")["new"] == 8
    again = run_json("import_meps", file, "--apply")
    assert again == {"new": 0, "changed": 0, "unchanged": 8, "gone": 0, "held": 0, "problems": []}
    assert Mandate.objects.open().count() == 8
    assert ImportRun.objects.count() == 1


def test_labels_in_french_are_matched_by_alias_for_the_day_of_the_list():
    run_json("import_meps", SAMPLES / "meps_fr_2019-03.xml", "--apply")
    seats = dict(Membership.objects.values_list("mandate__ep_id", "body__code"))
    assert seats == {900101: "EPP", 900102: "ALDE", 900103: "GUE_NGL", 900001: "NI"}
    assert dict(Mandate.objects.values_list("ep_id", "country"))[900102] == "GB"
    assert set(Mandate.objects.values_list("term", flat=True)) == {8}


def test_gue_ngl_means_the_left_since_2021():
    import_list([member(group="GUE/NGL")])
    assert Membership.objects.get().body.code == "THE_LEFT"


def test_a_contact_gets_country_group_party_and_source():
    import_list([member()])
    mandate = of(1).mandates.get()
    assert (of(1).country, mandate.country, mandate.term, mandate.national_party) == ("IE", "IE", 10, "Sample Party")
    assert mandate.memberships.get().role == "member"
    assert mandate.started_on is None  # The first list does not say since when.
    assert of(1).source == "europarl-full-list"


def test_a_party_may_be_missing_and_then_wipes_nothing():
    import_list([member()])
    plan = import_list([member(party=None)], NEXT_MONTH)
    assert plan.counts()["unchanged"] == 1
    assert Mandate.objects.get().national_party == "Sample Party"


def test_the_key_is_the_number_so_a_new_spelling_of_the_name_is_no_new_person():
    import_list([member(name="Nicolae ŞTEFANESCU"), member(2, name="Hana BOSSBEISPIEL")])
    plan = import_list([member(name="Nicolae ȘTEFANESCU"), member(2, name="Hana BOẞBEISPIEL")], NEXT_MONTH)
    assert plan.counts()["changed"] == 2
    assert of(1).family_name == "Ștefanescu"
    assert of(2).family_name == "Boßbeispiel"
    assert Contact.objects.count() == 2


def test_two_people_of_one_name_stay_two():
    import_list([member(1), member(2)])
    assert Contact.objects.count() == 2


def test_a_change_of_group_closes_the_seat_and_opens_another_with_dates():
    import_list([member(group="Renew Europe Group")])
    plan = import_list([member(group="Non-attached Members")], NEXT_MONTH)
    assert plan.counts()["changed"] == 1
    old, new = Membership.objects.order_by("id")
    assert (old.body.code, old.ended_on) == ("RENEW", NEXT_MONTH)
    assert (new.body.code, new.started_on, new.ended_on) == ("NI", NEXT_MONTH, None)
    assert import_list([member(group="Non-attached Members")], date(2026, 4, 18)).counts()["unchanged"] == 1


def test_a_change_of_party_is_taken_over():
    import_list([member(party="Old")])
    import_list([member(party="New")], NEXT_MONTH)
    assert Mandate.objects.get().national_party == "New"


def test_who_is_not_in_the_list_any_more_has_left_with_all_seats():
    import_list(members(30))
    plan = import_list(members(29), NEXT_MONTH)
    assert plan.counts() == {"new": 0, "changed": 0, "unchanged": 29, "gone": 1, "held": 0}
    assert of(30).mandates.get().ended_on == NEXT_MONTH
    assert Membership.objects.get(mandate__ep_id=900030).ended_on == NEXT_MONTH


def test_who_returns_gets_a_new_mandate():
    import_list(members(30))
    import_list(members(29), NEXT_MONTH)
    plan = import_list(members(30), date(2026, 5, 17))
    assert plan.counts()["changed"] == 1
    first, second = of(30).mandates.order_by("id")
    assert (first.ended_on, second.started_on, second.ended_on) == (NEXT_MONTH, date(2026, 5, 17), None)
    assert Contact.objects.count() == 30
    assert second.memberships.get().body.code == "RENEW"


def test_who_arrives_later_started_on_the_day_of_the_list_that_shows_them_first():
    import_list(members(2))
    import_list(members(3), NEXT_MONTH)
    assert of(3).mandates.get().started_on == NEXT_MONTH


def test_a_new_term_ends_the_mandates_of_the_old_one():
    import_list(members(30), date(2024, 6, 17))
    rest = [member(number, name=f"New{number} PERSON") for number in range(20, 50)]
    plan = import_list(rest, date(2024, 7, 17), release_held=True)
    assert plan.counts() == {"new": 19, "changed": 11, "unchanged": 0, "gone": 19, "held": 0}
    old, new = of(25).mandates.order_by("id")
    assert (old.term, old.ended_on, new.term, new.ended_on) == (9, date(2024, 7, 15), 10, None)
    assert old.memberships.get().ended_on == date(2024, 7, 15)
    assert of(5).mandates.get().ended_on == date(2024, 7, 15)


def test_an_unknown_group_or_country_is_told_with_its_row_and_the_nearest_known_one():
    plan = import_list([member(group="Renew Europe Gruop"), member(2, country="Irelnad")])
    first, second, third = plan.problems
    assert (first.row, first.column, first.value) == (1, "politicalGroup", "Renew Europe Gruop")
    assert "is not a political group we know" in first.problem
    assert (second.row, second.column) == (2, "country")
    assert "Did you mean Ireland?" in second.problem
    assert third.kind == "missing"
    assert Contact.objects.count() == 1
    assert not Membership.objects.exists()


def test_lost_letters_are_flagged_and_the_name_stays():
    import_list([member(name="Jiří PŘÍKLAD")])
    plan = import_list([member(name="Ji?í P?ÍKLAD"), member(2, name="Ann?")], NEXT_MONTH)
    assert [problem.kind for problem in plan.problems] == ["lost_letters", "lost_letters", "missing"]
    assert of(1).name == "Jiří Příklad"
    assert Contact.objects.count() == 1


def test_a_repeated_entry_is_left_out():
    plan = import_list([member(), member(name="Somebody ELSE")])
    assert plan.problems[0].problem == "The row repeats the member of row 1, so it was left out."
    assert Contact.objects.count() == 1


def test_an_applied_run_keeps_what_stood_before_and_tells_the_audit_trail():
    import_list([member(party="Old")])
    import_list([member(party="New", name="Ana NOVAK")], NEXT_MONTH)
    run = ImportRun.objects.first()
    assert (run.status, run.as_of, run.counts["changed"]) == ("applied", NEXT_MONTH, 1)
    assert run.changes[0]["fields"]["family_name"] == ["Novaková", "Novak"]
    assert run.changes[0]["mandate_fields"]["national_party"] == ["Old", "New"]
    event = AuditEvent.objects.order_by("-id").first()
    assert event.actor is None
    assert "applied the import" in event.sentence
    assert "Nov" not in event.sentence


def test_nothing_is_half_imported(monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the power went out")

    monkeypatch.setattr("contacts.imports.applying._open_seats", fail)
    with pytest.raises(RuntimeError):
        import_list([member()])
    assert not Contact.objects.exists()
    assert not Body.objects.exists()
    assert not ImportRun.objects.exists()


def test_the_work_does_not_grow_query_by_query(django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        import_list(full_list(members(300)), LIST_DAY)
