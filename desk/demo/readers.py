"""The demo's newsletter list: open to the public in three languages, with topics and forty readers who do not exist.

Most come by a sheet with proof of their consent, the others confirmed; one pauses, one has left, one has not confirmed.
"""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from contacts import consent
from contacts.imports import subscriber_sheet, subscribing
from contacts.imports.tables import read_table
from contacts.models import Contact, ContactList, ImportRun, LegalBasis, Subscription
from contacts.offering import save_words
from contacts.topics import TopicWords, add_topic

NAME = "Letter from the network (sample)"
SLUG = "network"
FILE_NAME = "readers-with-proof.invented.csv"
PROOF = "Paper forms of the invented spring conference, folder 3"
WORDS = {
    "en": {
        "name": "Letter from the network (sample)",
        "frequency": "Once a month",
        "summary": "What we published, where the plan stands, and what comes next. Everything in it is invented.",
        "wording": "Send me the letter from the network (a sample) once a month. I can leave with one click in every "
        "issue. My address is used for nothing else.",
    },
    "fr": {
        "name": "Lettre du réseau (exemple)",
        "frequency": "Une fois par mois",
        "summary": "Ce que nous avons publié, où en est le plan et ce qui vient. Tout y est inventé.",
        "wording": "Envoyez-moi la lettre du réseau (un exemple) une fois par mois. Je peux me désabonner d’un clic "
        "dans chaque numéro. Mon adresse ne sert à rien d’autre.",
    },
    "de": {
        "name": "Brief aus dem Netzwerk (Beispiel)",
        "frequency": "Einmal im Monat",
        "summary": "Was wir veröffentlicht haben, wo der Plan steht und was kommt. Alles darin ist erfunden.",
        "wording": "Schicken Sie mir den Brief aus dem Netzwerk (ein Beispiel) einmal im Monat. Ich kann mich in jeder "
        "Ausgabe mit einem Klick abmelden. Meine Adresse wird für nichts anderes benutzt.",
    },
}
TOPICS = [
    {
        "en": ("Compensation in court", "Judgments and how they are paid out"),
        "fr": ("L’indemnisation en justice", "Les jugements et leur exécution"),
        "de": ("Entschädigung vor Gericht", "Urteile und wie sie ausgezahlt werden"),
    },
    {
        "en": ("Days in Brussels", "Events and votes"),
        "fr": ("Rendez-vous à Bruxelles", "Événements et votes"),
        "de": ("Termine in Brüssel", "Veranstaltungen und Abstimmungen"),
    },
    {
        "en": ("News from members", "What organisations of the network do"),
        "fr": ("Nouvelles des membres", "Ce que font les organisations du réseau"),
        "de": ("Neues von Mitgliedern", "Was Organisationen des Netzwerks tun"),
    },
]
_GIVEN = "Aurelia Bastien Celeste Dorian Elodie Florian Greta Hanno Isaura Jorin Kaja Leander Mirela Nils Odile Pavo"
_FAMILY = "Lindholt Morgenau Valserin Quellbach Sternhagen"
_PLACES = [("en", "IE"), ("fr", "FR"), ("de", "DE"), ("", "BE"), ("fr", "LU"), ("de", "AT"), ("", "NL"), ("en", "MT")]
# So many of forty came by the sheet.
BY_SHEET, ALL = 30, 40


def make_readers(officer: User) -> ContactList:
    """Make the list with its words, topics and readers, unless it is there; gives it."""
    found = ContactList.objects.filter(slug=SLUG).first()
    if found is not None:
        return found
    with transaction.atomic():
        found = ContactList.objects.create(
            name=NAME, slug=SLUG, description="The demo's newsletter. Nobody on it exists."
        )
        for language, words in WORDS.items():
            save_words(found, language, words, actor=officer)
        for topic in TOPICS:
            add_topic(found, [TopicWords(code, *words) for code, words in topic.items()], actor=officer)
        ContactList.objects.filter(pk=found.pk).update(is_open=True)
        _import_sheet(found, officer)
        _join_by_page(found)
    found.refresh_from_db()
    return found


def names() -> list[tuple[str, str]]:
    """Forty invented people, the same on every call: given and family name."""
    given, family = _GIVEN.split(), _FAMILY.split()
    pairs = [(one, other) for other in family for one in given]
    return [pairs[(number * 7) % len(pairs)] for number in range(ALL)]


def address(number: int) -> str:
    """Where the reader of this number would be written to."""
    given, family = names()[number]
    return f"{given}.{family}@reader.example".lower()


def _import_sheet(found: ContactList, officer: User) -> None:
    """As a person does on the page: columns are guessed, the check is read, everybody is added."""
    lines = ["E-mail;Given name;Family name;Language;Country;Topics;Agreed on;Proof"]
    for number in range(BY_SHEET):
        (given, family), (language, country) = names()[number], _PLACES[number % len(_PLACES)]
        topic = TOPICS[number % 3]["en"][0] if number % 2 else ""
        day = dt.date(2026, 3, 1) + dt.timedelta(days=number % 3)
        row = (address(number), given, family, language, country, topic, day.isoformat(), PROOF)
        lines.append(";".join(row))
    data = "\n".join(lines).encode()
    run = subscribing.receive(data, FILE_NAME, contact_list=found, actor=officer)
    columns, _last_time = subscriber_sheet.columns_of(read_table(data, FILE_NAME))
    chosen = {column.header: column.field for column in columns}
    run.options |= {"columns": subscriber_sheet.checked_mapping(chosen), "matched": f"{len(chosen)} of {len(chosen)}"}
    ImportRun.objects.filter(pk=run.pk).update(options=run.options)
    run.move_to(ImportRun.Status.MAPPED, actor=officer)
    subscribing.apply(run, subscribing.check(run)["digest"], actor=officer)


def _join_by_page(found: ContactList) -> None:
    """Those who asked and confirmed; the last three pause, left, and never confirmed."""
    topics = list(found.topics.order_by("position"))
    for number in range(BY_SHEET, ALL):
        (given, family), (language, country) = names()[number], _PLACES[number % len(_PLACES)]
        person = Contact.objects.create(
            given_name=given,
            family_name=family,
            email=address(number),
            country=country,
            legal_basis=LegalBasis.CONSENT,
            source="sample subscribe page",
        )
        consent.ask(person, found, source="sample subscribe page", shown=found.wording_in(language or "en"))
        if number < ALL - 1:
            consent.confirm(person, found, source="sample confirmation page", shown=found.wording_in(language or "en"))
        mine = Subscription.objects.filter(contact=person, contact_list=found)
        mine.update(source=Subscription.Source.PAGE, language=language)
        mine.get().topics.add(topics[number % 3])
        if number == ALL - 3:
            mine.update(paused_until=timezone.localdate() + dt.timedelta(days=60))
        if number == ALL - 2:
            consent.leave(person, found, source="sample link")
