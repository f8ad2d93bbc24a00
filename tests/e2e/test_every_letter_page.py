"""Every page of letters in a real browser: axe at 1440, 390 and 320 px in both schemes, no sideways scrolling.

One window for whoever approves and one for an administrator, one set of letters in every state. A route that answers
to a GET and is not looked at here fails a test.
"""

import os

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from tests.e2e.letters import a_letter_in_each_state
from tests.factories import PASSWORD

# Each page by its route, and the letter that it shows; "" where there is none.
PAGES = [
    ("letter_list", ""),
    ("letter_create", ""),
    ("letter_from_plan", ""),
    ("letter_from_asks", ""),
    ("letter_from_earlier", ""),
    ("letter_write", "draft"),
    ("passage_list", "draft"),
    ("passage_create", "draft"),
    ("passage_edit", "draft"),
    ("letter_audience", "draft"),
    ("letter_people", "draft"),
    ("letter_check", "draft"),
    ("letter_approve", "draft"),
    ("letter_approve", "waiting"),
    ("letter_review", "approved"),
    ("letter_send", "approved"),
    ("letters_pdf", "approved"),
    ("letter_sent", "scheduled"),
    ("letter_cancel", "scheduled"),
    ("letter_report", "sending"),
    ("letter_stop", "sending"),
    ("delivery_address", "sending"),
    ("letter_report", "finished"),
    ("letter_figures", "finished"),
    ("letter_followup", "finished"),
    ("delivery_letter", "finished"),
    ("courtesy", ""),
    ("holiday_list", ""),
    ("week_list", ""),
    ("replies:list", ""),
    ("replies:detail", "finished"),
    ("replies:add", ""),
    ("replies:answer", "finished"),
]
OF_ADMINISTRATORS = [("sender_list", ""), ("sender_create", ""), ("sender_edit", "draft"), ("letterhead", "")]
# What answers to a GET and is no page: parts that are framed or asked for by themselves, and files.
PARTS = {"letter_preview", "letter_progress", "delivery_message", "language_missing"}
FILES = {"letter_ledger", "letter_ledger_xlsx", "delivery_file", "letter_file", "letter_pdf"}
FILES |= {"letter_paper_preview", "letterhead_specimen", "replies:csv", "replies:file"}
URLS = {"mailing": "mailing.urls", "replies": "mailing.reply_urls"}


@pytest.fixture
def letters(transactional_db, officer, approver):
    return a_letter_in_each_state(officer, approver)


def full_name(name):
    """The name of a route with its namespace, which is "mailing" where none is said."""
    return name if ":" in name else f"mailing:{name}"


def routes():
    """Every route of letters and of the reply desk."""
    for namespace, module in URLS.items():
        names = {key for key in get_resolver(module).reverse_dict if isinstance(key, str)}
        yield from (f"{namespace}:{name}" for name in sorted(names))


def address_of(name, mailing=None):
    """The address of a route, about this letter or a row of it."""
    namespace, _colon, route = full_name(name).partition(":")
    found = get_resolver(URLS[namespace]).reverse_dict.getlist(route)
    needed = {parameter for group in found for parameter in group[0][0][1]}
    row = mailing and (mailing.deliveries.exclude(bounced_at=None).first() or mailing.deliveries.first())
    values = {"reference": mailing and mailing.reference, "public_id": row and row.public_id}
    values |= {"pk": number_for(full_name(name), mailing), "number": 1, "place": 1, "language": "fr"}
    return reverse(full_name(name), kwargs={name: values[name] for name in needed})


def number_for(name, mailing):
    """The number of the row that a page is about."""
    if mailing and name == "mailing:sender_edit":
        return mailing.sender_id
    if mailing and name == "mailing:letter_review":
        return mailing.reviews.latest("pk").pk
    if mailing and name.startswith("mailing:passage"):
        return mailing.passages.first().pk
    if mailing and name.startswith("replies:"):
        return mailing.replies.filter(is_auto=False).latest("pk").pk
    return 1


@pytest.mark.django_db
def test_every_route_of_letters_is_looked_at_or_takes_no_get(officer, approver, administrator):
    letters = a_letter_in_each_state(officer, approver)
    looked_at = {full_name(name) for name, _state in PAGES + OF_ADMINISTRATORS}
    others = {full_name(name) for name in PARTS | FILES}
    client = Client()
    client.force_login(administrator)
    forgotten = {
        name: status
        for name in routes()
        if name not in looked_at | others
        and (status := client.get(address_of(name, letters["finished"])).status_code) != 405
    }
    assert not forgotten, f"Name these among the pages, parts or files: {forgotten}"
    assert not (looked_at | others) - set(routes())


@pytest.mark.browser
@pytest.mark.timeout(900)
def test_every_page_of_letters_is_fit_for_everybody(visit, letters, approver, administrator):
    """The approver sees what an officer sees, and decides as well."""
    for person, pages in ((approver, PAGES), (administrator, OF_ADMINISTRATORS)):
        with visit() as someone:
            someone.sign_in(person, PASSWORD)
            for name, state in pages:
                look(someone, address_of(name, letters.get(state)), f"{name} {state}".strip().replace(":", " "))


def look(someone, path, where):
    if (only := os.environ.get("DEMARCHE_PAGES")) and only not in where:
        return
    page = someone.open(path)
    assert page.url.removeprefix(someone.base_url).partition("?")[0] == path, f"{where} leads to {page.url}"
    assert page.get_by_role("heading", level=1).count() == 1, where
    someone.keep_pictures(where.replace(" ", "-"))
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    someone.check_everywhere(where)
    someone.check_no_complaints()
