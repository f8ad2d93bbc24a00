"""What an answer looks like, by words one can read here. A guess is shown, marked as one, and never sorts anything."""

import re

from mailing.models import Reply

Sort = Reply.Sort
# Read in this order; the first that occurs is the guess. Only what the person wrote is read, not what they quote.
WORDS: tuple[tuple[str, str], ...] = (
    (
        Sort.MEETING,
        r"\bmeet(?:ing)?\b|\bcome and (?:explain|see)|\bmy diary\b|\bin person\b|\bappointment\b|\brendez-vous\b|"
        r"\brencontrer\b|\bun entretien\b|\btermin\b|\bgespräch|\btreffen\b|\breuni[óo]n\b|\bincontro\b|\bspotkani|"
        r"\bafspraak\b|\bschůzk|\bсрещ|\bсъстан|\bσυνάντηση",
    ),
    (
        Sort.OPPOSES,
        r"\bvote against\b|\boppos|\bnot (?:be able to )?support|\bcannot support\b|\bdisagree|\bvoterai contre\b|"
        r"\bne (?:peux|pourrai)\s+pas soutenir|\bdagegen\b|\blehnen? .{0,40}\bab\b|\bnicht unterstützen\b|"
        r"\ben contra\b|\bcontrari[oa]\b|\bprzeciw\b|\btegen stemmen\b",
    ),
    (
        Sort.QUESTION,
        r"\?|\bcould you (?:send|tell|explain)|\bplease (?:send|tell|explain)|\bpourriez-vous\b|\bkönnten sie\b|"
        r"\bprosimy o\b|\bpodría\b|\bpotrebbe\b|\bkunt u\b",
    ),
    (
        Sort.SUPPORTS,
        r"\b(?:i|we) (?:will |fully |gladly )*support|\bvote (?:in favou?r|for)\b|\bin favou?r of\b|\bje soutien|"
        r"\bvoterai pour\b|\bunterstütze|\bapoyo\b|\bapoyar|\bsostengo\b|\bsosterr|\bpopieram|\bsteun\b|\bподкреп",
    ),
)
_RULES = [(sort, re.compile(words, re.IGNORECASE)) for sort, words in WORDS]
_QUOTES = re.compile(
    r"^(?:on|am|le|el|il|op|w dniu|dnia)\b.{0,200}(?:wrote|schrieb|écrit|escribió|scritto|schreef|napisał\w*)"
)
MOST = 5000  # characters that are looked at


def guess(text: str) -> str:
    """The sort an answer looks like, "" when no rule finds anything."""
    own = own_words(text)[:MOST]
    return next((str(sort) for sort, rule in _RULES if rule.search(own)), "")


def own_words(text: str) -> str:
    """What the person wrote: the text without quoted lines and without the line that introduces them."""
    return "\n".join(line for line in split(text)[0]).strip()


def split(text: str) -> tuple[list[str], list[str]]:
    """The lines a person wrote and the lines they quote, in their order."""
    own: list[str] = []
    quoted: list[str] = []
    rest_is_quoted = False
    for line in text.splitlines():
        bare = line.strip()
        if _QUOTES.match(bare.casefold()) and bare.endswith(":"):
            rest_is_quoted = True
        if rest_is_quoted or bare.startswith(">"):
            quoted.append(bare.lstrip("> "))
        else:
            own.append(line)
    return own, quoted
