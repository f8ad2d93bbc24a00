"""Words that the safety check knows, by language. All are compared without accents and in lower case (sort_key)."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# fmt: off
# Somebody's own story is near: whoever is named beside these words may be a person of a case. Stems.
CASE = (
    # English
    "victim", "survivor", "trafficked", "exploited", "her story", "his story", "her case", "his case", "their story",
    "testimon", "our client", "was found", "was forced", "was held", "was sold", "sheltered", "raped", "abused",
    "escaped", "identified as", "told us", "her employer", "his employer", "was recruited", "unpaid wages",
    # French, German, Spanish, Italian
    "victime", "survivant", "exploite", "temoigna", "son histoire", "a ete forcee", "a ete recrute", "s est enfui",
    "opfer", "betroffene", "uberlebende", "ausgebeutet", "klientin", "klient ", "ihre geschichte", "gezwungen",
    "wurde gefunden", "floh",
    "victima", "superviviente", "explotad", "su historia", "fue obligad", "fue captad", "testimonio",
    "vittima", "sopravvissut", "sfruttat", "la sua storia", "costrett", "testimonian",
    # Dutch, Polish, Romanian, Czech
    "slachtoffer", "overlevende", "uitgebuit", "haar verhaal", "zijn verhaal", "gedwongen", "client ",
    "ofiara", "ofiary", "ofiare", "wykorzyst", "zmuszon", "jej historia", "pokrzywdzon",
    "exploatat", "povestea", "fortat", "supravietuito",
    "obet", "vykoristov", "prezivsi",
    # Ukrainian, Bulgarian, Russian, Greek (sort_key leaves these letters)
    "жертв", "потерпіл", "постраждал", "експлуат", "эксплуат", "її історія", "врятува", "примусили", "пострадав",
    "принуден", "θυμα", "θυματ", "επιζωσ", "εκμεταλλευ",
)

# An office beside a name: the person speaks as an official, not as somebody of a case.
ROLES = (
    "president", "director", "commissioner", "minister", "mep", "chair", "coordinator", "officer", "rapporteur",
    "ambassador", "judge", "professor", "secretary", "spokes", "lawyer", "researcher", "expert", "head of", "dr",
    "prof",
    "presidente", "directeur", "directrice", "deputee", "ministre", "commissaire", "avocate", "avocat", "porte parole",
    "prasident", "direktor", "leiter", "abgeordnete", "ministerin", "beauftragte", "sprecher", "anwalt", "vorsitz",
    "directora", "ministra", "portavoz", "diputada", "direttrice", "direttore", "ministro", "avvocat", "portavoce",
    "directeur", "voorzitter", "minister", "woordvoerder", "dyrektor", "rzecznik", "minister", "posel",
    "директор", "президент", "міністр", "министър", "депутат", "комісар", "διευθυντ", "υπουργ", "προεδρ",
)

# Capitalised words of this field that are no names of people.
NO_NAMES = _words(
    """
    european europe union parliament council commission committee directive regulation convention court charter
    article treaty protocol action plan day week member members state states international national federal ministry
    united nations human rights la strada civil society justice police labour social fund group office agency
    network platform anti trafficking slavery violence against women children compensation victims survivors january
    february march april may june july august september october november december monday tuesday wednesday thursday
    friday saturday sunday north south east west new eu un ngo ngos coe osce greta ilo iom unodc libe femm empl budg
    istanbul palermo warsaw lanzarote brussels strasbourg luxembourg geneva vienna amsterdam berlin paris kyiv sofia
    prague rome madrid the hague london republic kingdom netherlands germany france italy spain poland romania
    bulgaria austria belgium ukraine moldova macedonia bosnia herzegovina serbia greece czech ireland switzerland
    finland sweden norway denmark portugal kosovo belarus high level open letter press release position paper joint
    statement today our we this that these those in on at for from with when after before and or but if as by to of
    it its she he her his they their there here every each no not all some many most one two three parlement
    europeen conseil europeenne etats membres unies droits homme ministere journee traite etres humains le les une
    des nous notre elle il dans pour avec europaische europaischen europaisches parlament rat kommission richtlinie
    konvention artikel mitgliedstaaten vereinte nationen menschenrechte tag menschenhandel bundesregierung bundestag
    die der das ein eine wir sie er parlamento europeo consejo consiglio commissione comision directiva direttiva
    estados miembros stati membri naciones nazioni unidas unite derechos diritti umani humanos el los las una uno
    gli lo europees raad richtlijn lidstaten verenigde naties rechten dag de het een wij zij europejski rada unia
    dyrektywa panstwa czlonkowskie narody zjednoczone prawa czlowieka parlamentul consiliul comisia uniunea statele
    membre natiunile європейський парламент рада європи комісія союз директива права людини день ми вона він
    ευρωπαικο κοινοβουλιο συμβουλιο επιτροπη ενωση οδηγια κρατη μελη ηνωμενα εθνη
    """
)

# The same where words have endings: what opens with one of these is no name.
NO_NAME_STEMS = (
    "директив", "рад", "европ", "парламент", "комис", "коміс", "союз", "прав", "конвенц", "миністерств", "организац",
    "организац", "міжнарод", "народ", "держав", "плат", "съвет", "директив", "день", "ευρωπ", "κοινοβουλ", "συμβουλ",
    "επιτροπ", "οδηγι", "ενωσ", "συμβασ", "europejsk", "parlament", "komisj", "dyrektyw", "konwencj", "european",
    "europeen", "europais", "directiv", "conventi", "konvention", "kommission", "organi", "minister", "menschen",
)

# Given names that stand alone in stories ("Elena was 17"). Common ones of many countries; none is anybody's own.
GIVEN_NAMES = _words(
    """
    maria mariam mariana ana anna anya andreea alina alexandra amina aisha amara blessing joy grace precious faith
    gift happiness favour destiny beauty elena olena olha oksana iryna irina natalia natalya nataliya tetiana
    svetlana ludmila lyudmila galina halyna kateryna katya yulia yuliya viktoria valentina vera nadia nadya daria
    ioana mihaela gabriela cristina roxana simona larisa adriana florentina georgiana loredana nicoleta denisa
    desislava tsvetelina petya ivanka rositsa fatima fatoumata mariama zainab khadija leila layla nour hanan samira
    linh lan huong thuy mai nguyen joyce mercy esther ruth sarah rebecca julia julie sophie lena hanna marta
    magdalena agnieszka katarzyna zuzana lucie jana petra tereza eliza mira mirela ema besa drita liridona amira
    yasmin rosa carmen lucia paola camila yolanda ivan andrei andriy oleksandr serhiy dmytro mykola petro vasile ion
    gheorghe mihai florin marian cristian ionut dragan milan marko stefan georgi dimitar hristo ahmed mohamed
    mohammed ali hassan ibrahim omar samuel emmanuel john joseph peter paul tomas tomasz marek piotr pavel jose juan
    carlos miguel rajesh kumar singh gurpreet марія анна олена оксана наталія ірина юлія катерина тетяна іван андрій
    сергій мария елена петя десислава μαρια ελενη
    """
)

# A person's origin or whereabouts follows: "from", "in", "near".
PLACE_WORDS = (
    "from", "in", "near", "of", "to", "at", "outside",
    "de", "d", "du", "des", "a", "en", "au", "aux", "dans", "pres",
    "aus", "bei", "nach", "nahe", "im", "desde", "di", "da", "uit", "bij", "te",
    "z", "ze", "w", "we", "spod", "do", "din", "la", "langa", "u", "v", "iz",
    "з", "із", "зі", "в", "у", "біля", "от", "из", "близо", "край", "απο", "στο", "στη", "στην", "στον", "σε",
)
# A place without a name tells much as well.
SMALL_PLACES = (
    "village", "town", "district", "suburb", "island", "neighbourhood", "quartier", "dorf", "kleinstadt", "vorort",
    "pueblo", "aldea", "paese", "villaggio", "dorp", "wioska", "wsi", "miasteczk", "satul", "oras", "vesnice",
    "село", "села", "містечк", "градче", "χωριο",
)
# Places too large to point to anybody.
LARGE_PLACES = _words(
    """
    europe europa eu ue union africa asia afrika asien world member members states европа европе ευρωπη
    """
)

# Birth, in stems.
BIRTH = (
    "born", "date of birth", "dob", "birthday", "nee le", "ne le", "nee en", "nee a", "date de naissance", "geboren",
    "geburtsdatum", "geb", "nacid", "fecha de nacimiento", "nata il", "nato il", "nata a", "data di nascita",
    "geboortedatum", "urodzon", "data urodzenia", "nascut", "data nasterii", "narozen",
    "народи", "народж", "родена", "роден ", "родилась", "дата народження", "γεννηθ", "ημερομηνια γεννησης",
)

# Words before the number of a document or a file.
DOCUMENTS = (
    "passport", "identity card", "id card", "id number", "id no", "identification number", "residence permit", "visa",
    "case number", "case no", "file number", "file no", "social security", "national insurance",
    "passeport", "carte d identite", "titre de sejour", "numero de dossier", "securite sociale",
    "reisepass", "pass nr", "passnummer", "personalausweis", "ausweis", "aufenthaltstitel", "aktenzeichen",
    "pasaporte", "dni", "nie", "permiso de residencia", "expediente",
    "passaporto", "carta d identita", "permesso di soggiorno", "codice fiscale",
    "paspoort", "bsn", "verblijfsvergunning", "dossiernummer", "paszport", "pesel", "dowod", "pasaport", "buletin",
    "cnp",
    "паспорт", "посвідчення", "лична карта", "егн", "διαβατηριο", "ταυτοτητα",
)
# Mailboxes of offices: nobody's own.
OFFICES = _words(
    """
    info contact press media presse office secretariat advocacy communications communication mail hello kontakt
    helpline newsletter events membership policy
    """
)
# fmt: on
