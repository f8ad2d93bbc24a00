"""An open list with words in two languages and two topics; nobody here is real."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts.models import ImportRun
from contacts.offering import save_words
from contacts.topics import TopicWords, add_topic
from tests.contacts.lists.hands import HEAD, upload
from tests.factories import ContactListFactory

WORDS = {"name": "Letter from the network", "frequency": "Once a month", "summary": "What we published."}
DAY = date(2026, 3, 1)


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def letter(db, officer):
    found = ContactListFactory(name="Letter", slug="letter", is_open=True)
    save_words(found, "en", {**WORDS, "wording": "Send me the letter once a month."}, actor=officer)
    french = {"name": "Lettre du réseau", "frequency": "", "summary": "", "wording": "Envoyez-moi la lettre."}
    save_words(found, "fr", french, actor=officer)
    return found


@pytest.fixture
def topics(letter, officer):
    return [
        add_topic(letter, [TopicWords("en", "Compensation"), TopicWords("fr", "Indemnisation")], actor=officer),
        add_topic(letter, [TopicWords("en", "Events in Brussels")], actor=officer),
    ]


@pytest.fixture
def page(letter):
    def address(name, *more):
        return reverse(f"contacts:{name}", args=[letter.pk, *more])

    return address


@pytest.fixture
def bring(signed_in, letter, topics):
    """Bring a sheet to its check page: gives the run."""

    def up(*rows, head=HEAD, columns=None):
        text = "\n".join([head, *rows])
        data = SimpleUploadedFile("readers.csv", text.encode())
        upload(signed_in, letter, {"file": data}, columns)
        return ImportRun.objects.latest("id")

    return up
