"""An open list with words in two languages, topics and wordings, and people in every state an address can be in."""

import pytest

from contacts import consent
from contacts.erasure import erase
from contacts.models import ContactList, ListText, Topic, TopicText
from contacts.suppression import suppress
from tests.factories import ContactFactory


@pytest.fixture
def letter(db):
    """ "Letter from the network", in English and French."""
    made = ContactList.objects.create(name="Network", slug="network", is_open=True)
    ListText.objects.create(
        contact_list=made,
        language="en",
        name="Letter from the network",
        frequency="Once a month.",
        summary="Statements, progress on the six points, and news from members.",
    )
    ListText.objects.create(contact_list=made, language="fr", name="Lettre du réseau", frequency="Une fois par mois.")
    consent.set_wording(made, "Send me the letter once a month.", language="en")
    consent.set_wording(made, "Envoyez-moi la lettre une fois par mois.", language="fr")
    return made


@pytest.fixture
def topics(letter):
    """Two topics, the second one in English alone."""
    found = [Topic.objects.create(contact_list=letter, slug=slug, position=n) for n, slug in enumerate(["s", "p"])]
    TopicText.objects.create(topic=found[0], language="en", name="New statements", description="Two a month")
    TopicText.objects.create(topic=found[0], language="fr", name="Nouvelles déclarations")
    TopicText.objects.create(topic=found[1], language="en", name="The six points")
    return found


def address_that_is(state, letter):
    """An address the desk knows in this way; "unknown" is one it does not know."""
    address = f"{state}@readers.example"
    if state in ("unknown", "pending"):
        return address
    person = ContactFactory(email=address, given_name="Nadia", family_name="Reader")
    if state in ("subscribed", "unsubscribed", "complained", "gone", "erased"):
        consent.confirm(person, letter, source="page")
    if state == "unsubscribed":
        consent.leave(person, letter, source="link")
        suppress(person, scope=f"list:{letter.pk}", reason="objection")
    if state == "complained":
        suppress(person, reason="complaint")
    if state == "gone":
        suppress(person, reason="hard_bounce")
    if state == "objected":
        suppress(person, reason="objection")
    if state == "erased":
        erase(person, actor=None, reason="asked")
    return address


STATES = ["unknown", "known", "pending", "subscribed", "unsubscribed", "complained", "gone", "objected", "erased"]
