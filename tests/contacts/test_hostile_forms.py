"""Every form of the contacts' pages, filled with what no form expects: a sentence comes back, never a failure.

The forms are read from the pages themselves, so a form added later is tried as well.
"""

from html.parser import HTMLParser
from itertools import chain
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from contacts.models import (
    Body,
    Contact,
    ContactList,
    ImportRun,
    Interaction,
    Mandate,
    Organisation,
    Post,
    Segment,
    Tag,
)
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
HOSTILE = {
    "nul": "a\0b",
    "digits": "9" * 400,
    "long": "=cmd|'/c calc'!A1 {{ 7 }} \u202e<script>" + "x" * 50_000,
}
SHEET = "e-mail,family name,given name,committee\nnora@parliament.example,Aalto,Nora,LlBE\n"


class Forms(HTMLParser):
    """The forms of a page: (method, action, {name: value})."""

    def __init__(self, text):
        super().__init__()
        self.found, self.form, self.by_id, self.choices = [], None, {}, None
        self.feed(text)

    def handle_starttag(self, tag, pairs):
        given = dict(pairs)
        if tag == "form":
            self.form = (given.get("method", "get").lower(), given.get("action") or "", {})
            self.found.append(self.form)
            self.by_id[given.get("id")] = self.form
        form = self.by_id.get(given.get("form"), self.form)
        if form is None or not given.get("name"):
            if tag == "option" and self.choices is not None and given.get("value"):
                fields, name = self.choices
                if "selected" in given or not fields[name]:
                    fields[name] = given["value"]
            return
        if tag in ("input", "textarea", "button"):
            form[2].setdefault(given["name"], given.get("value") or "")
        if tag == "select":
            form[2].setdefault(given["name"], "")
            self.choices = (form[2], given["name"])

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        if tag == "select":
            self.choices = None


@pytest.fixture
def pages(client, administrator):
    """Signed in as one who may do everything; the addresses of pages about something."""
    client.force_login(administrator)
    person, other = ContactFactory(), ContactFactory()
    tag, body = Tag.objects.create(name="press"), Body.objects.create(kind="intergroup", code="X", name="X")
    person.tags.add(tag)
    Mandate.objects.create(contact=person, ep_id=7, term=10, country="FI")
    meeting = Interaction.objects.create(contact=person, kind="meeting", at=timezone.now(), by=administrator)
    house, newsletter = Organisation.objects.create(name="House"), ContactList.objects.create(name="News")
    membership = house.memberships.create(kind="member")
    post = Post.objects.create(contact=person, organisation=house)
    segment = Segment.objects.create(name="Press", criteria={"tag": ["press"]})
    file = SimpleUploadedFile("people.csv", SHEET.encode())
    run = ImportRun.objects.get(
        reference=client.post(reverse("contacts:import_upload"), {"file": file}).url.split("/")[-3]
    )

    def at(name, *arguments):
        return reverse(f"contacts:{name}", args=arguments)

    lists = [
        "person_list", "person_create", "tag_list", "duplicate_list", "organisation_list", "organisation_create",
        "national_contacts", "body_list", "body_create", "list_list", "list_create", "segment_list", "segment_create",
        "import_list", "import_upload", "suppression_page", "privacy",
    ]  # fmt: skip
    of_person = [
        "person_detail", "person_edit", "person_everything", "person_erase", "interaction_create", "twin_find",
        "person_imports",
    ]  # fmt: skip
    return [
        *(at(name) for name in lists),
        *(at(name, person.public_id) for name in of_person),
        f"{at('person_merge')}?one={person.public_id}&other={other.public_id}",
        *(at(name, house.pk) for name in ("organisation_detail", "organisation_edit", "membership_add", "post_add")),
        at("organisation_delete", house.pk),
        at("membership_edit", membership.pk),
        at("post_edit", post.pk),
        at("interaction_edit", meeting.pk),
        *(at(name, body.pk) for name in ("body_detail", "body_edit", "seat_create")),
        *(at(name, newsletter.pk) for name in ("list_detail", "list_edit")),
        *(at(name, segment.pk) for name in ("segment_detail", "segment_edit")),
        at("tag_edit", tag.pk),
        *(at(name, run.reference) for name in ("import_detail", "import_map", "import_check", "import_encoding")),
    ]  # fmt: skip


def forms_of(client, pages):
    """Each form of the pages once, with the address it is sent to."""
    seen = set()
    for page in pages:
        answer = client.get(page)
        assert answer.status_code < 400 or answer.status_code in (410, 422), page
        for method, action, fields in Forms(answer.content.decode() if not answer.streaming else "").found:
            to = urljoin(page, action or page)
            key = (method, urlsplit(to).path, tuple(sorted(fields)))
            if key not in seen and urlsplit(to).path.startswith("/desk/contacts/"):
                seen.add(key)
                yield method, to, fields


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_no_form_fails_whatever_is_typed_into_one_of_its_fields(client, pages, hostile):
    found = list(forms_of(client, pages))
    assert len(found) > 30
    client.raise_request_exception = False
    failed = []
    for method, to, fields in found:
        for name in chain(fields, ["page", "q", "tab"] if method == "get" else []):
            if name == "csrfmiddlewaretoken":
                continue
            answer = getattr(client, method)(to, fields | {name: hostile})
            if answer.status_code >= 500:
                failed.append((method, to, name, answer.status_code))
    assert failed == []
    assert Contact.objects.exists()
