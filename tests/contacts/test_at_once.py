"""Two colleagues press the same button at the same moment: it happens once, and the other one reads a sentence."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from contacts.consent import confirm, leave
from contacts.erasure import erase
from contacts.imports import deciding
from contacts.imports.deciding import Decisions, OutOfDate
from contacts.imports.errors import ImportRefused
from contacts.merging import FIELDS, Refused, merge
from contacts.models import ConsentRecord, Contact, ContactList, ImportRun, Merge, Note, Subscription
from contacts.models.runs import WrongStatus
from tests.contacts.imports.hands import check, give, people
from tests.factories import ContactFactory
from tests.patience import join_all

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works):
    """Do all at the same moment; gives what each gave or raised, in their order."""
    barrier, found = threading.Barrier(len(works)), [None] * len(works)

    def do(place, work):
        try:
            barrier.wait(20)
            found[place] = work()
        except Exception as error:
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=pair, daemon=True) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    join_all(threads, 60, "those who press at once")
    return found


def test_an_import_is_applied_once(client, officer):
    client.force_login(officer)
    run = give(client, people(5))
    digest = check(client, run).context["preview"]["digest"]

    def apply():
        deciding.confirm(ImportRun.objects.get(pk=run.pk), Decisions(digest), actor=officer)
        return "applied"

    found = at_once(apply, apply, apply)
    assert found.count("applied") == 1
    assert all(isinstance(one, ImportRefused | WrongStatus | OutOfDate) for one in found if one != "applied"), found
    assert Contact.objects.filter(email__endswith="@press.example").count() == 5
    assert client.get(reverse("contacts:import_detail", args=[run.reference])).context["run"].status == "applied"


def test_two_rows_are_made_one_once_even_from_both_sides(officer):
    ana, twin = ContactFactory(), ContactFactory()
    for person in (ana, twin):
        Note.objects.create(contact=person, author=officer, text="x")
    keep = dict.fromkeys(FIELDS, "one")
    found = at_once(lambda: merge(ana, twin, keep, actor=officer), lambda: merge(twin, ana, keep, actor=officer))
    assert sorted(type(one).__name__ for one in found) == ["Outcome", "Refused"], found
    assert isinstance(next(one for one in found if isinstance(one, Exception)), Refused)
    kept = Merge.objects.get().into
    assert Note.objects.filter(contact=kept).count() == 2


def test_who_is_erased_and_merged_at_once_is_one_of_the_two(officer):
    ana, twin = ContactFactory(), ContactFactory(email="twin@parliament.example")
    erased, merged = at_once(
        lambda: erase(twin, actor=officer, reason="asked"),
        lambda: merge(ana, twin, dict.fromkeys(FIELDS, "one"), actor=officer),
    )
    assert (erased is True and isinstance(merged, Refused)) or (erased is False and Merge.objects.exists())
    assert not Contact.objects.filter(email="twin@parliament.example").exists()


def test_confirming_and_leaving_end_in_one_state_with_a_proof_of_each(officer):
    reader, news = ContactFactory(), ContactList.objects.create(name="News")
    confirm(reader, news, source="confirm page")
    found = at_once(
        *[lambda: confirm(reader, news, source="confirm page"), lambda: leave(reader, news, source="leave page")] * 2
    )
    assert all(isinstance(one, bool) for one in found), found
    proofs = list(ConsentRecord.objects.order_by("id").values_list("action", flat=True))
    assert len(proofs) == 1 + found.count(True)
    states = {"confirmed": "active", "unsubscribed": "unsubscribed"}
    assert states[proofs[-1]] == Subscription.objects.get().status
