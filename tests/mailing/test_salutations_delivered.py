"""Opening and closing as a mail server gets them: each of the 24 languages of the Union × three genders, word by word.

What is expected stands here in full and is made by no function of ours: a name that needs another script, an encoding
that loses a letter or a gender mixed up shows as a difference in the bytes.
"""

from email import message_from_bytes, policy
from html import unescape

import pytest

from contacts.models import Organisation
from contacts.reference import load_reference
from mailing import bell, lifecycle
from mailing.dispatch import sending
from mailing.models import AudienceRule, Delivery
from tests.factories import ContactFactory, MailingContentFactory, MailingFactory
from tests.processes import Catcher

pytestmark = pytest.mark.django_db

LATIN, CYRILLIC, GREEK = ("Zoë", "Žižková-Ørn"), ("Рада", "Звездова"), ("Δάφνη", "Αστεριάδη")
FRENCH = "Veuillez agréer, {}, l’expression de notre haute considération."
# Language → (opening for a woman, for a man, where the gender is not known), closing.
EXPECTED = {
    "bg": (
        ("Уважаема госпожо Звездова,", "Уважаеми господин Звездова,", "Уважаеми членове на Европейския парламент,"),
        "С уважение,",
    ),
    "es": (("Estimada Sra. Žižková-Ørn:", "Estimado Sr. Žižková-Ørn:", "Señoría:"), "Atentamente,"),
    "cs": (
        ("Vážená paní poslankyně,", "Vážený pane poslanče,", "Vážená paní poslankyně, vážený pane poslanče,"),
        "S úctou",
    ),
    "da": (("Kære Zoë Žižková-Ørn",) * 3, "Med venlig hilsen"),
    "de": (
        ("Sehr geehrte Frau Žižková-Ørn,", "Sehr geehrter Herr Žižková-Ørn,", "Guten Tag Zoë Žižková-Ørn,"),
        "Mit freundlichen Grüßen",
    ),
    "et": (("Lugupeetud Euroopa Parlamendi liige",) * 3, "Lugupidamisega"),
    "el": (
        ("Αξιότιμη κυρία Ευρωβουλευτή,", "Αξιότιμε κύριε Ευρωβουλευτά,", "Αξιότιμη κυρία / Αξιότιμε κύριε,"),
        "Με εκτίμηση,",
    ),
    "en": (("Dear Ms Žižková-Ørn,", "Dear Mr Žižková-Ørn,", "Dear Zoë Žižková-Ørn,"), "Yours sincerely,"),
    "fr": (
        ("Madame la Députée,", "Monsieur le Député,", "Madame, Monsieur,"),
        (
            FRENCH.format("Madame la Députée"),
            FRENCH.format("Monsieur le Député"),
            FRENCH.format("Madame, Monsieur"),
        ),
    ),
    "ga": (("A Fheisire, a chara,",) * 3, "Is mise le meas,"),
    "hr": (("Poštovana gospođo zastupnice,", "Poštovani gospodine zastupniče,", "Poštovani,"), "S poštovanjem,"),
    "it": (("Gentile Onorevole Žižková-Ørn,",) * 3, "Distinti saluti"),
    "lv": (
        ("Godātā deputātes kundze!", "Godātais deputāta kungs!", "Godātie Eiropas Parlamenta deputāti!"),
        "Ar cieņu",
    ),
    "lt": (
        (
            "Gerbiama Europos Parlamento nare,",
            "Gerbiamas Europos Parlamento nary,",
            "Gerbiami Europos Parlamento nariai,",
        ),
        "Pagarbiai",
    ),
    "hu": (("Tisztelt Képviselő Asszony!", "Tisztelt Képviselő Úr!", "Tisztelt Képviselő!"), "Tisztelettel:"),
    "mt": (("Onorevoli Žižková-Ørn,",) * 3, "Dejjem tiegħek,"),
    "nl": (
        ("Geachte mevrouw Žižková-Ørn,", "Geachte heer Žižková-Ørn,", "Geacht lid van het Europees Parlement,"),
        "Hoogachtend,",
    ),
    "pl": (("Szanowna Pani Poseł,", "Szanowny Panie Pośle,", "Szanowni Państwo,"), "Z wyrazami szacunku"),
    "pt": (
        ("Exma. Senhora Deputada,", "Exmo. Senhor Deputado,", "Exma. Senhora Deputada / Exmo. Senhor Deputado,"),
        "Com os melhores cumprimentos,",
    ),
    "ro": (
        (
            "Stimată doamnă deputat Žižková-Ørn,",
            "Stimate domnule deputat Žižková-Ørn,",
            "Stimată doamnă / Stimate domnule,",
        ),
        "Cu deosebită considerație,",
    ),
    "sk": (
        ("Vážená pani poslankyňa,", "Vážený pán poslanec,", "Vážená pani poslankyňa, vážený pán poslanec,"),
        "S úctou",
    ),
    "sl": (("Spoštovana gospa poslanka,", "Spoštovani gospod poslanec,", "Spoštovani,"), "S spoštovanjem,"),
    "fi": (("Arvoisa Euroopan parlamentin jäsen,",) * 3, "Kunnioittavasti"),
    "sv": (("Bästa Zoë Žižková-Ørn,",) * 3, "Med vänlig hälsning"),
}
# Whoever has no name in the script of the language is written to in the form that needs none.
WITHOUT_THE_SCRIPT = {"bg": "Уважаеми членове на Европейския парламент,"}
BODY = "<p>{{ salutation }}</p><p>The six points ({{ country }}).</p><p>{{ closing }}</p>"


@pytest.fixture
def caught(settings, monkeypatch, officer, approver):
    """One letter in 24 languages, frozen, approved and sent over SMTP; gives (address, message) of each as it came."""
    monkeypatch.setattr(bell, "publish", lambda *arguments: False)
    settings.LEASE_SECONDS, settings.SEND_HOLD_SECONDS = 30, 0
    load_reference()
    Organisation.objects.filter(is_platform=True).update(transparency_register_id="123456789012-34")
    mailing = MailingFactory(author=officer)
    for language in EXPECTED:
        MailingContentFactory(mailing=mailing, language=language, subject=f"Compensation ({language})", body=BODY)
    people = [person(language, gender) for language in EXPECTED for gender in "FMX"]
    people += [person(language, gender, LATIN, "latin.") for language in WITHOUT_THE_SCRIPT for gender in "FM"]
    AudienceRule.objects.bulk_create([AudienceRule(mailing=mailing, contact=reader) for reader in people])
    lifecycle.submit(mailing, actor=officer, approver=approver)
    digest, preview = lifecycle.reading_digest(mailing)
    assert preview.recipients == len(people)
    lifecycle.approve(mailing, actor=approver, digest=digest, seen=preview.recipients)
    lifecycle.schedule(mailing, actor=approver)
    assert lifecycle.start_due() == [mailing.pk]
    with Catcher() as server:
        settings.SMTP_URL = server.url
        assert sending.run(mailing.pk) == len(people)
        return [(one.recipient, one.data) for one in server.letters]


def person(language, gender, name=None, prefix=""):
    """Somebody who reads this language, with a name in its script."""
    given, family = name or {"bg": CYRILLIC, "el": GREEK}.get(language, LATIN)
    email = f"{prefix}{language}.{gender}@parliament.example".lower()
    return ContactFactory(
        given_name=given, family_name=family, gender=gender, language=language, country="BE", email=email
    )


def test_every_reader_is_greeted_and_left_in_the_words_of_their_language_and_gender(caught):
    assert len(EXPECTED) == 24
    wrong, seen = [], set()
    for address, data in caught:
        language, gender = address.partition("@")[0].removeprefix("latin.").split(".")
        opening, closing = words_for(language, "fmx".index(gender), is_latin=address.startswith("latin."))
        message = message_from_bytes(data, policy=policy.default)
        assert message["Subject"] == f"Compensation ({language})"
        paragraphs = [" ".join(part.split()) for part in text_of(message, "plain").split("\n\n")]
        html = unescape(text_of(message, "html")).replace(">\n", ">")
        # Opening and closing are paragraphs of their own, and the letter stands between them.
        at = [paragraphs.index(words) if words in paragraphs else -1 for words in (opening, closing)]
        if not 0 < at[0] < at[0] + 1 < at[1] or f">{opening}</p>" not in html or f">{closing}</p>" not in html:
            wrong.append((address, opening, closing, paragraphs[:6]))
        seen.add(address)
    assert not wrong, wrong[0]
    assert len(seen) == len(caught) == 24 * 3 + 2
    assert set(Delivery.objects.values_list("email", flat=True)) == seen


def words_for(language, place, *, is_latin):
    openings, closing = EXPECTED[language]
    if not isinstance(closing, str):
        closing = closing[place]
    return (WITHOUT_THE_SCRIPT[language] if is_latin else openings[place]), closing


def text_of(message, kind):
    return message.get_body([kind]).get_content().replace("\r\n", "\n")
