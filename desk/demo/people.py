"""Sixty-three invented Members of Parliament. None of them exists; every address ends in .example.

Names, genders and addresses are written down; seats, groups and parties are dealt out by a fixed rule, so that every
run makes the same people. Some traits are put in on purpose: no gender, no address, an address that is not made from
the name, a name in several words or another script's letters.
"""

import unicodedata
from dataclasses import dataclass

COUNTRIES = {
    "AT": "Austria",
    "BE": "Belgium",
    "BG": "Bulgaria",
    "CY": "Cyprus",
    "CZ": "Czechia",
    "DE": "Germany",
    "DK": "Denmark",
    "EE": "Estonia",
    "ES": "Spain",
    "FI": "Finland",
    "FR": "France",
    "GR": "Greece",
    "HR": "Croatia",
    "HU": "Hungary",
    "IE": "Ireland",
    "IT": "Italy",
    "LT": "Lithuania",
    "LU": "Luxembourg",
    "LV": "Latvia",
    "MT": "Malta",
    "NL": "Netherlands",
    "PL": "Poland",
    "PT": "Portugal",
    "RO": "Romania",
    "SE": "Sweden",
    "SI": "Slovenia",
    "SK": "Slovakia",
}

# Country, then "given / family / gender"; a gender of "-" is not known.
NAMES = """
AT Leonie/Tannwieser/F  Matthias/Obergfell/M
BE Liesbeth/van der Zonnebeke/F  Corentin/Delfontaine/M
BG Radostina/Velikodarska/F  Plamen/Zlatorogov/M
CY Despina/Kyprolithou/F  Andros/Petrakanthou/M
CZ Zdeňka/Jívohradská/F  Vojtěch/Modrokvět/M
DE Friederike/Mühlenstrath/F  Hinrich/Aschwendt/M  Anneliese/Groß-Birkholz/F  Malte/Überseeder/M
DK Signe/Havblik/F  Mads/Østerklint/M
EE Maarja/Kuusikmets/F  Tõnu/Rannaväli/M
ES Macarena/de la Olivera Montalto/F  Íñigo/Valdeluna/M  Nuria/Peñarroble/F
FI Aino/Koivuharjunen/F  Väinö/Järvipelto/-
FR Éloïse/Beaurivage-Lenoir/F  Gaspard/d’Hautefeuille/M  Capucine/Montclairac/F  Thibault/Œuvrard-Sully/M
GR Kalliopi/Thalassinaki/F  Aristos/Petrovounis/M
HR Tihana/Šumodolac/F  Domagoj/Plavokrajić/M
HU Piroska/Erdőmezei/F  Bence/Hollókövi/M
IE Gráinne/McAllenwood/F  Fiachra/Ó Carraigín/M
IT Ginevra/Della Roccabianca/F  Leandro/Montefiorito/M  Fiammetta/D’Altavalle/F
LT Rasa/Ąžuolynaitė/F  Vytenis/Girkalnietis/M
LU Margaux/Weissenhaff/F  Jempi/Schlassgaart/M
LV Dzintra/Bērzupīte/F  Andrejs/Priežkalnietis/-
MT Graziella/Xemxija Buttigħ/F  Salvu/Għajnsielma/M
NL Marijke/ter Hoogewaard/F  Joost/van Zilverbergen/M  Robin/Kwakkelaar/-
PL Jagoda/Srebrnolipska/F  Wojciech/Jasnogrodzki/M  Halina/Złotoleśna/F
PT Leonor/Pedra Serena/F  Tomé/Ribamansa/M
RO Ilinca/Codrualbă/F  Ștefan/Munteluna/M  Andrei/Țărmureanu/M
SE Ebba/Björkvidsdotter/F  Love/Granstrandh/-
SI Neža/Lipogojka/F  Matej/Belokrajšek/M
SK Zuzana/Tichodolská/F  Ľubomír/Jasnopotok/M
"""

# In the words of the Parliament's list in English, and of the table of seats.
GROUPS = {
    "EPP": "Group of the European People's Party (Christian Democrats)",
    "S&D": "Group of the Progressive Alliance of Socialists and Democrats in the European Parliament",
    "Patriots": "Patriots for Europe Group",
    "ECR": "European Conservatives and Reformists Group",
    "Renew": "Renew Europe Group",
    "Greens/EFA": "Group of the Greens/European Free Alliance",
    "GUE/NGL": "The Left group in the European Parliament - GUE/NGL",
    "NA": "Non-attached Members",
    "ESN": "Europe of Sovereign Nations Group",
}
_GROUP_ORDER = "EPP S&D Renew EPP Greens/EFA S&D ECR EPP GUE/NGL Patriots S&D Renew NA EPP ECR ESN".split()  # noqa: SIM905
_COMMITTEE_ORDER = "LIBE FEMM EMPL BUDG LIBE DROI FEMM JURI EMPL LIBE AFET CULT PETI".split()  # noqa: SIM905
COMMITTEES = sorted(set(_COMMITTEE_ORDER))
FIRST_EP_ID = 990_001
NO_ADDRESS = {"Andrejs Priežkalnietis"}
# Never guess an address from a name: these people chose their own.
OWN_ADDRESS = {
    "Gaspard d’Hautefeuille": "cabinet.hautefeuille@parliament.example",
    "Love Granstrandh": "love@parliament.example",
}


@dataclass(frozen=True)
class Invented:
    """One invented Member: what the two files say about them."""

    ep_id: int
    given_name: str
    family_name: str
    gender: str
    country: str
    group: str
    email: str
    seats: dict[str, str]

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"


def everybody() -> list[Invented]:
    """All invented Members, in the order of their numbers; the same on every call."""
    people: list[Invented] = []
    for line in NAMES.strip().splitlines():
        country, names = line.split(" ", 1)
        for entry in names.split("  "):
            given, family, gender = entry.strip().split("/")
            people.append(_member(len(people), given, family, "" if gender == "-" else gender, country))
    return people


def _member(index: int, given: str, family: str, gender: str, country: str) -> Invented:
    name = f"{given} {family}"
    email = "" if name in NO_ADDRESS else OWN_ADDRESS.get(name, f"{_plain(given)}.{_plain(family)}@parliament.example")
    group = _GROUP_ORDER[(index * 5) % len(_GROUP_ORDER)]
    return Invented(FIRST_EP_ID + index, given, family, gender, country, group, email, _seats(index))


def _seats(index: int) -> dict[str, str]:
    """One full seat and one as a substitute; the first of each committee chairs it, the next two are vice-chairs."""
    full = _COMMITTEE_ORDER[index % len(_COMMITTEE_ORDER)]
    before = sum(1 for other in range(index) if _COMMITTEE_ORDER[other % len(_COMMITTEE_ORDER)] == full)
    other = _COMMITTEE_ORDER[(index + 3) % len(_COMMITTEE_ORDER)]
    seats = {full: "C" if before == 0 else "V" if before <= 2 else "M"}
    if other != full:
        seats[other] = "S"
    return seats


def _plain(name: str) -> str:
    """The name in the letters of an address."""
    letters = name.casefold().translate(str.maketrans("øłœßđħ", "olosdh"))
    folded = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()
    return "".join(letter for letter in folded if letter.isalnum())
