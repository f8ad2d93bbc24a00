"""The pages of contacts that no other walk opens, in a real browser: readable by everybody, wide and narrow, light and
dark. People, organisations, lists, the builder and imports have walks of their own beside this one."""

import pytest

from contacts.erasure import erase
from contacts.imports.uploading import receive
from contacts.models import Contact, ImportRun, Organisation, Post, Salutation, Segment, Tag
from contacts.reference import load_reference
from tests.contacts.conftest import Parliament
from tests.factories import PASSWORD, ContactFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIBE = {"seat": {"committee": ["LIBE"]}}
LONG_PERSON = "Donaudampfschifffahrtsgesellschaftskapitänin von und zu Rechtsschutzversicherungsgesellschaften"
LONG_HOUSE = "Bundesarbeitsgemeinschaft der Betroffenenunterstützungsorganisationen"


@pytest.fixture
def people(transactional_db):
    """Sixty-one members of LIBE, one of them from Belgium."""
    load_reference()
    parliament = Parliament()
    parliament.crowd(60)
    return parliament.mep("Brennan", given_name="Aoife", country="BE", group="SD", seats=[("LIBE", "chair")])


@pytest.fixture
def long_names(transactional_db):
    """Somebody, an organisation and a tag with words that are wider than a phone."""
    house = Organisation.objects.create(
        name=LONG_HOUSE,
        country="DE",
        website="https://bundesarbeitsgemeinschaft-betroffenenunterstuetzung.example/ziel",
    )
    person = ContactFactory(
        given_name="Maximiliane-Wilhelmine",
        family_name=LONG_PERSON,
        email="maximiliane.donaudampfschifffahrtsgesellschaft@rechtsschutzversicherungsgesellschaften.example",
    )
    person.tags.add(Tag.objects.create(name="Menschenrechtsverteidigungsnetzwerkmitglied"))
    Post.objects.create(contact=person, organisation=house, title="Grundsatzangelegenheitenbeauftragte")
    return person, house


def imports(officer):
    """One that waits, one whose file is no sheet, and one that is held, by reference."""
    waits = receive(b"Name,E-mail\nAna,ana@press.example\n", "press.csv", actor=officer)
    broken = receive(b"\x00\x01 no sheet", "press.xlsx", actor=officer)
    held = ImportRun.objects.create(
        source="europarl-full-list", file_name="full-list.xml", file_digest="0" * 64, as_of="2026-03-17", status="held",
        hold_reason="The list lacks 43 of the 63 sitting members.",
    )  # fmt: skip
    return waits.reference, broken.reference, held.reference


def test_axe_finds_nothing_and_nothing_scrolls_sideways(visit, officer, people):
    empty = Segment.objects.create(name="Nobody", criteria={"all": [LIBE, {"country": ["MT"]}]})
    unreadable = Segment.objects.create(name="Unreadable", criteria={"what": 1})
    waits, broken, held = imports(officer)
    nameless = Contact.objects.create()
    pages = [
        "?committee=LIBE&country=MT",
        "?country=ZZ",
        f"people/{nameless.public_id}/",
        f"people/{people.public_id}/imports/",
        "bodies/?kind=intergroup",
        "bodies/new/",
        "segments/",
        f"segments/{empty.pk}/",
        f"segments/{unreadable.pk}/",
        f"segments/{empty.pk}/delete/",
        f"segments/new/?from={empty.pk}",
        "salutations/",
        f"salutations/{Salutation.objects.earliest('pk').pk}/",
        f"imports/{waits}/",
        f"imports/{broken}/columns/",
        f"imports/{held}/",
    ]
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        for path in pages:
            boris.open("/desk/contacts/" + path)
            boris.check_page(path)
        boris.check_no_complaints()


def test_long_words_break_on_a_phone(visit, officer, long_names):
    person, house = long_names
    post = person.posts.get()
    pages = ["", f"people/{person.public_id}/", f"people/{person.public_id}/edit/", "tags/", "organisations/"]
    pages += [f"organisations/{house.pk}/", f"organisations/{house.pk}/edit/", f"organisations/{house.pk}/delete/"]
    pages += [f"organisations/posts/{post.pk}/", f"organisations/{house.pk}/posts/new/?q=donau", "people/new/"]
    with visit(width=320) as boris:
        boris.sign_in(officer, PASSWORD)
        for path in pages:
            boris.open("/desk/contacts/" + path)
            boris.check_fits(path)


def test_what_a_reader_meets_is_readable_too(visit, viewer, officer):
    gone = ContactFactory()
    erase(gone, actor=UserFactory(role="administrator"), reason="asked")
    kept = ContactFactory()
    pages = ["", f"people/{kept.public_id}/", f"people/{gone.public_id}/"]
    pages += [f"{name}/" for name in ("bodies", "lists", "imports")]
    with visit() as vera:
        vera.sign_in(viewer, PASSWORD)
        for path in pages:
            page = vera.open("/desk/contacts/" + path)
            assert page.get_by_role("heading", level=1).count() == 1, path
            vera.check_page(f"{path} as a reader")
        vera.check_no_complaints()


def test_a_form_that_is_refused_says_what_to_do(visit, officer):
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        for path, button in [("people/new/", "Add this person"), ("organisations/new/", "Add the organisation")]:
            page = boris.open("/desk/contacts/" + path)
            page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true })")
            with page.expect_navigation():
                page.get_by_role("button", name=button).click()
            page.get_by_role("alert").first.wait_for()
            boris.check_page(f"{path} refused")
        boris.check_no_complaints()


def test_the_count_follows_each_choice(visit, officer, people):
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open("/desk/contacts/segments/new/")
        count = page.locator("#count")
        page.get_by_role("button", name="Add a line", exact=True).click()
        page.get_by_label("LIBE", exact=True).check()
        count.get_by_text("61", exact=True).first.wait_for()
        page.get_by_label("Role", exact=True).select_option("chair")
        page.get_by_text("In one sentence: Chairs of LIBE.").wait_for()
        page.get_by_label("What the new line asks").select_option("country")
        page.get_by_role("button", name="Add a line", exact=True).click()
        page.get_by_label("Malta", exact=True).check()
        count.get_by_text("There are no people from Malta.").wait_for()
        page.get_by_label("Malta", exact=True).uncheck()
        page.get_by_label("Belgium", exact=True).check()
        count.get_by_text("In the segment").wait_for()
        page.get_by_label("Name", exact=True).fill("Chairs from Belgium")
        page.get_by_role("button", name="Save segment").click()
        page.wait_for_url("**/segments/*/")
        page.get_by_role("link", name="Brennan, Aoife").wait_for()
        boris.check_no_complaints()
    assert Segment.objects.get(name="Chairs from Belgium").criteria == {
        "all": [{"seat": {"committee": ["LIBE"], "role": ["chair"]}}, {"country": ["BE"]}]
    }
