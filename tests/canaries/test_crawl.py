"""Every page of the site as every role, with the canaries in the rows it is about: none shows a secret address.

The guard looks at each answer; here the pages are opened, and it is made sure that they really were about the canaries.
"""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from accounts.roles import PERMISSIONS
from contacts.models import (
    Contact,
    ContactList,
    ImportRun,
    Interaction,
    Note,
    Organisation,
    OrganisationMembership,
    Segment,
    Subscription,
    Tag,
)
from mailing import unsubscribe
from mailing.models import AudienceRule, IncomingMail, Reply
from tests.accounts.routes import routes
from tests.canaries.rows import CONTACT, FAMILY_NAME, ORGANISATION, ORGANISATION_NAME, plant, traces
from tests.factories import SalutationFactory, StatementFactory, StatementTextFactory, UserFactory
from tests.letters import letter_being_sent, queue

# Once for both databases: it is about what pages say, and opens each of them as each role.
pytestmark = [pytest.mark.django_db, pytest.mark.only_sqlite]
ROLES = [None, *PERMISSIONS]
# Answers longer than this come from a loop and not from a page.
MOST_CHOICES = 4


@pytest.fixture
def house(db):
    plant()
    row = Organisation.objects.get(name=ORGANISATION_NAME)
    OrganisationMembership.objects.create(organisation=row, kind="member")
    return row


@pytest.fixture
def nora(house):
    """The contact, with something of hers in every room."""
    person = Contact.objects.get(family_name=FAMILY_NAME)
    colleague = UserFactory(role="officer")
    Interaction.objects.create(contact=person, kind="meeting", at=timezone.now(), by=colleague, note="Met her.")
    Note.objects.create(contact=person, author=colleague, text="Prefers French.")
    person.tags.add(Tag.objects.create(name="canary"))
    newsletter = ContactList.objects.create(name="Canary news")
    Subscription.objects.create(contact=person, contact_list=newsletter, status="active", confirmed_at=timezone.now())
    Segment.objects.create(name="Canaries", criteria={"tag": ["canary"]})
    return person


@pytest.fixture
def letters(nora):
    """A letter on its way to her, one that came back, an answer with her signature, and a draft to her."""
    SalutationFactory(language="en", gender="X", is_checked=True)
    mailing = letter_being_sent(2)
    delivery = queue(mailing, nora)
    delivery.status, delivery.sent_at = "sent", timezone.now() - timedelta(hours=1)
    delivery.error_detail = f"250 queued for {CONTACT.email}"
    delivery.save()
    unknown = queue(letter_being_sent(1), nora)
    unknown.status, unknown.error_kind = "uncertain", "outcome_unknown"
    unknown.error_detail = f"The server at {CONTACT.email.partition('@')[2]} said nothing."
    unknown.save()
    signature = [CONTACT.street, f"Tel. {CONTACT.phone}", *vars(ORGANISATION).values()]
    Reply.objects.create(
        mail=IncomingMail.objects.create(source="imap", dedupe_key="x", raw=b""),
        delivery=delivery,
        mailing=mailing,
        contact=nora,
        from_email=CONTACT.email,
        subject="Re: Compensation",
        text="\n".join(["Thank you.", "-- ", *signature]),
        received_at=timezone.now(),
    )
    draft = letter_being_sent(0, status="draft", title="Draft to a canary")
    type(draft).objects.filter(pk=draft.pk).update(frozen_at=None, approved_at=None, started_at=None, approver=None)
    AudienceRule.objects.create(mailing=draft, contact=nora)
    statement = StatementFactory()
    StatementTextFactory(statement=statement)
    return {"mailings": [mailing, unknown.mailing, draft], "deliveries": [delivery, unknown], "statement": statement}


@pytest.fixture
def values(house, nora, letters):
    """What stands in the place of each argument of a route, so that the page is about the canaries."""
    references = [mailing.reference for mailing in letters["mailings"]]
    today = timezone.localdate()
    runs = [ImportRun.objects.create(source="spreadsheet", file_name="x.csv", as_of=today, status="held")]
    numbers = {house.pk, nora.pk, *Segment.objects.values_list("pk", flat=True)}
    numbers |= {*ContactList.objects.values_list("pk", flat=True), *(run.pk for run in runs)}
    return {
        "public_id": [nora.public_id, *(delivery.public_id for delivery in letters["deliveries"])],
        "reference": [*references, letters["statement"].reference],
        "token": [unsubscribe.token_for(delivery.public_id) for delivery in letters["deliveries"]],
        "fmt": ["csv", "xlsx"],
        "number": [1, 3],
        "lang": ["en"],
        "language": ["en"],
        "slug": [letters["statement"].slug],
        "pk": sorted(numbers)[:MOST_CHOICES],
    }


def addresses(values):
    """Every route with every fitting set of arguments."""
    for route in routes():
        arguments = dict(route.arguments)
        choices = [values.get(name, [example]) for name, example in arguments.items()]
        for chosen in product(*choices):
            yield (
                route,
                route.__class__(
                    route.name, route.url_name, route.callback, tuple(zip(arguments, chosen, strict=True))
                ).address(),
            )


def content_of(response):
    if response.streaming:
        return b"".join(response.streaming_content)
    return response.content


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "nobody")
def test_no_page_shows_a_secret_address(client, values, role, nora):
    if role:
        client.force_login(UserFactory(role=role))
    client.raise_request_exception = False
    opened, about, leaking, broken = 0, set(), [], []
    for route, address in addresses(values):
        if route.url_name in ("account_logout", "awake"):
            continue
        response = client.get(address)
        content = content_of(response)
        opened += response.status_code == 200
        if FAMILY_NAME.encode() in content or ORGANISATION_NAME.encode() in content:
            about.add(route.name)
        leaking += [f"{address}: {trace}" for trace in traces(content)]
        if response.status_code >= 500 and route.name != "healthz":  # no worker runs here, and it says so
            broken.append(f"{address}: {response.status_code}")
    assert leaking == []
    assert broken == []
    if role:
        assert {"contacts:person_detail", "contacts:organisation_detail", "contacts:person_list"} <= about
        assert {"mailing:letter_report", "mailing:delivery_letter", "mailing:letter_ledger"} <= about
        assert opened > 30


QUERIES = ["quiet-post", "nora@quiet-post.example", "hush-house", "thistledown", "8846", "quillfeather", "7734 2201"]
PAGES = ["/desk/search/?q={}", "/desk/contacts/?q={}", "/desk/contacts/organisations/?q={}", "/desk/letters/?q={}"]


@pytest.mark.parametrize("role", ["viewer", "approver", "administrator"])
def test_a_search_for_a_secret_answers_as_one_for_nothing(client, nora, role, guard):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(UserFactory(role=role))

    def ask(page, words):
        with CaptureQueriesContext(connection) as queries, guard.expecting():
            text = client.get(page.format(words.replace(" ", "+"))).content.decode()
        # What was asked for stands in the search field again.
        return text.replace(words, "…").replace(words.replace("@", "%40"), "…"), len(queries)

    def shape(text):
        return [line for line in text.splitlines() if "csrf" not in line]

    for page in PAGES:
        nothing, cost = ask(page, "nobody-nowhere")
        for words in QUERIES:
            found, price = ask(page, words)
            assert FAMILY_NAME not in found
            assert ORGANISATION_NAME not in found
            assert (shape(found), price) == (shape(nothing), cost), (page, words)


def test_the_file_of_everything_held_on_a_person_leaves_their_organisations_address_out(client, nora):
    client.force_login(UserFactory(role="administrator"))
    for kind in ("json", "html"):
        response = client.post(f"/desk/contacts/people/{nora.public_id}/everything/", {"format": kind})
        found = traces(content_of(response))
        assert "the contact's telephone" in found
        assert not [trace for trace in found if "organisation" in trace], kind


@pytest.mark.parametrize("tab", ["shown", "text", "source"])
def test_the_outbox_of_the_demo_shows_no_secret_recipient(client, settings, tmp_path, nora, tab):
    from desk.catcher import Catcher
    from tests.canaries.test_guard import letter

    settings.DEMO, settings.DEMO_CATCHER_DIR = True, str(tmp_path)
    path = Catcher(tmp_path).keep(letter(CONTACT.email, "Dear Nora,\n"))
    client.force_login(UserFactory(role="administrator"))
    for address in ("/outbox/", f"/outbox/{path.stem}/?tab={tab}"):
        response = client.get(address)
        assert response.status_code == 200
        assert "secret address" in response.content.decode()
