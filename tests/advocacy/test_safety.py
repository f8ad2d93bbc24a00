"""The safety check: what could point to a person of a case is found, and what belongs to everybody is not."""

import pytest

from advocacy.safety import findings
from desk.demo.texts import sample_texts

FOUND = [
    # language, text, kind, what is marked
    ("en", "Mirela Dobrica is a survivor who now waits for her money.", "name", "Mirela Dobrica"),
    ("en", "The victim, Ana Vaskova, was paid nothing.", "name", "Ana Vaskova"),
    ("en", "Elena was trafficked and held for two years.", "name", "Elena"),
    ("en", "Mr Okafor was exploited in a car wash.", "name", "Okafor"),
    ("fr", "Irina Moldovan, victime de traite, attend toujours.", "name", "Irina Moldovan"),
    ("de", "Maria Petrowa wurde als Opfer anerkannt.", "name", "Maria Petrowa"),
    ("de", "Das Opfer, Frau Zelenko, wartet noch immer.", "name", "Zelenko"),
    ("es", "La víctima, Paola Quintero, no recibió nada.", "name", "Paola Quintero"),
    ("uk", "Потерпіла Олена Коваленко досі чекає.", "name", "Олена Коваленко"),
    ("el", "Το θύμα, η Μαρία Παπαδάκη, περιμένει ακόμη.", "name", "Μαρία Παπαδάκη"),
    ("en", "She was born on 12 March 1998.", "birth", "12 March 1998"),
    ("en", "Date of birth: 03/07/2001.", "birth", "03/07/2001"),
    ("fr", "Elle est née le 4 août 1999 à Lviv.", "birth", "4 août 1999"),
    ("de", "Sie wurde am 12. März 1998 geboren.", "birth", "12. März 1998"),
    ("es", "Fecha de nacimiento: 5 de mayo de 2000.", "birth", "5 de mayo de 2000"),
    ("pl", "Urodzona 1999-11-30.", "birth", "1999-11-30"),
    ("uk", "Народилася 14.02.1997.", "birth", "14.02.1997"),
    ("en", "A 17-year-old from Chisinau worked in a laundry.", "age", "17-year-old"),
    ("en", "In March a woman of 24 from a border village was found in a laundry.", "age", "woman of 24"),
    ("fr", "Une jeune fille de 16 ans de Lviv travaillait la nuit.", "age", "16 ans"),
    ("de", "Eine 19-jährige Frau aus Pleven arbeitete dort.", "age", "19-jährige"),
    ("es", "Una chica de 17 años de Medellín trabajaba allí.", "age", "17 años"),
    ("it", "Una donna di 23 anni di Benin City lavorava lì.", "age", "23 anni"),
    ("nl", "Een vrouw van 22 jaar uit Varna werkte er.", "age", "22 jaar"),
    ("bg", "Жена на 21 години от Видин работеше там.", "age", "21 години"),
    ("en", "Her passport AB1234567 was taken away.", "document", "AB1234567"),
    ("en", "Case number 2024/12345-B was closed.", "document", "2024/12345"),
    ("de", "Das Aktenzeichen 34 Js 1290/23 liegt vor.", "document", "1290"),
    ("pl", "PESEL 98031212345.", "document", "98031212345"),
    ("ro", "CNP 2980312123456.", "document", "2980312123456"),
    ("fr", "Son passeport n° 12 345 678 a été confisqué.", "document", "12 345 678"),
    ("en", "Call her on +44 7700 900 123.", "phone", "+44 7700 900 123"),
    ("de", "Telefon 030 1234567.", "phone", "030 1234567"),
    ("fr", "Téléphone : 06 12 34 56 78.", "phone", "06 12 34 56 78"),
    ("en", "Her WhatsApp is 7700900123.", "phone", "7700900123"),
    ("en", "Write to mirela.d@mail.example.", "email", "mirela.d@mail.example"),
]

NOT_FOUND = [
    ("en", "Victims have a right to compensation under Directive 2012/29/EU and COM(2022) 732."),
    ("en", "The European Parliament and the Council agreed on the Anti-Trafficking Directive on 18 October 2024."),
    ("en", "The La Strada network supports survivors in 23 countries; 61 of 90 members answered."),
    ("en", "Ana Novak, president of the platform, said that victims wait for years."),
    ("en", "MEP Malin Ekdahl asked the Commission what victims can expect."),
    ("en", "Girls aged 15 to 24 in Germany are named most often."),
    ("en", "Children under 18 from Nigeria need a guardian."),
    ("en", "People over 60 years old in Spain are not counted."),
    ("en", "The platform was born in Utrecht and has grown since."),
    ("en", "Adopted on 17 December 2018; in force since 01.02.2024."),
    ("en", "Transparency Register number 123456789012-34."),
    ("en", "The file 2022/0426(COD) went to LIBE and FEMM."),
    ("en", "A fund of 10 000 000 euro paid 1,250 people in 2010-2020."),
    ("en", "Write to press@platform.example or info@platform.example."),
    ("en", "Read more at https://platform.example/cases/20240312345/anna-vaskova."),
    ("en", "ISBN 978-92-871-1234-5, page 112."),
    ("fr", "Les victimes ont droit à une indemnisation selon la directive 2012/29/UE."),
    ("fr", "Les mineurs de moins de 18 ans en France ont un tuteur."),
    ("de", "Opfer von Menschenhandel haben Anspruch auf Entschädigung; die Europäische Kommission hat das bestätigt."),
    ("de", "Die Entschädigung Betroffener dauert Jahre, und die Zahl der Anträge sinkt."),
    ("es", "Las víctimas tienen derecho a una indemnización según el Parlamento Europeo."),
    ("it", "Le vittime hanno diritto al risarcimento; lo dice la Corte di giustizia dal 2011."),
    ("uk", "Потерпілі мають право на компенсацію згідно з Директивою Ради Європи."),
    ("el", "Τα θύματα έχουν δικαίωμα αποζημίωσης σύμφωνα με την Οδηγία."),
]


@pytest.mark.parametrize(("language", "text", "kind", "marked"), FOUND)
def test_it_finds_what_points_to_a_person(language, text, kind, marked):
    found = findings(f"<p>{text}</p>", language)

    assert any(row.kind == kind and marked in row.text for row in found), found


@pytest.mark.parametrize(("language", "text"), NOT_FOUND)
def test_it_leaves_alone_what_belongs_to_everybody(language, text):
    assert findings(f"<p>{text}</p>", language) == []


def test_a_finding_tells_its_paragraph_and_the_words_around_it():
    html = "<h2>A case</h2><p>Nobody here.</p><ul><li>Call her on +44 7700 900 123 after six.</li></ul>"

    (found,) = findings(html, "en")

    assert (found.paragraph, found.before, found.after) == (3, "Call her on ", " after six.")
    assert found.label == "Telephone number"


def test_what_is_meant_to_be_public_is_not_found():
    html = "<p>Ask Ana Novak, +31 20 000 00 00, ana.novak@platform.example.</p>"

    assert {row.kind for row in findings(html, "en")} == {"phone", "email"}
    assert findings(html, "en", known="Ana Novak, +31 20 000 00 00, ana.novak@platform.example") == []


def test_the_texts_of_the_demo_hold_nothing():
    for text in sample_texts():
        assert findings(text.body, text.language) == []


@pytest.mark.parametrize(
    "text", ["", "((((", "+" * 3000, "0 " * 3000, "A" * 5000, "Aa " * 3000, "1-" * 3000, "a@" * 3000]
)
def test_strange_texts_take_no_time(text):
    assert isinstance(findings(f"<p>{text}</p>", "en"), list)
