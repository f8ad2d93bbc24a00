"""What outsiders read is translated whole: which sentences those are, and what a catalogue lacks of them.

Outsiders read the public pages, error pages, documents and system mail. Their templates are found by folder, with all
they include; their Python is named here, a whole module or single functions and classes of one. Nothing is installed
for this: templates are read by Django's own `templatize`, Python by `ast`, catalogues by babel.
"""

import ast
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

from transport.wording import PURPOSES, TO_OUTSIDERS

# Mail to colleagues comes in a language of the workspace (settings.DESK_LANGUAGES), so it is not looked at here.
OF_COLLEAGUES = re.compile(f"emails/({'|'.join(sorted(PURPOSES.keys() - TO_OUTSIDERS))})-")
TEMPLATES = ("public/**/*.html", "emails/**/*.*", "pdf/**/*.*", "500.html", "503.html")
# Module (a glob below the project) → the functions and classes in it that speak to outsiders; none: all of it.
CODE: dict[str, tuple[str, ...]] = {
    "advocacy/home.py": (),
    "advocacy/publication.py": (),
    "advocacy/reading.py": (),
    "advocacy/feeds.py": (),
    "advocacy/pdf.py": (),
    "advocacy/pdf_store.py": (),
    "advocacy/citing.py": (),
    "advocacy/pdf*.py": (),
    "advocacy/typesetting.py": (),
    "advocacy/public_calendar.py": (),
    "advocacy/campaign_story.py": (),
    "advocacy/plan_files.py": (),
    "advocacy/answering.py": (),
    "advocacy/answer_mail.py": (),
    "advocacy/views/public*.py": (),
    "advocacy/views/site.py": (),
    "advocacy/views/machines.py": (),
    "advocacy/views/*_page.py": (),
    "advocacy/forms/answers.py": ("AnswerForm",),
    "advocacy/forms/sign_answer.py": (),
    "advocacy/models/assessments.py": ("Rating", "Status"),
    "advocacy/models/statements.py": ("Kind",),
    "advocacy/kinds.py": ("Fact",),
    "advocacy/models/asks.py": ("Level",),
    "mailing/contributions.py": ("sent_to",),
    "mailing/views/leaving.py": (),
    "mailing/preference_forms.py": (),
    "mailing/views/subscribing.py": (),
    "mailing/views/public_issues.py": (),
    "mailing/subscribe_forms.py": (),
}
_PARTS = re.compile(r"{%-?\s*(?:include|extends)\s+\"([^\"]+)\"")
_CALL = re.compile(r"\b(_|gettext|ngettext|pgettext|npgettext)\(")
_ALIASES = {"_": "gettext", "gettext_lazy": "gettext", "ngettext_lazy": "ngettext", "pgettext_lazy": "pgettext"}
_PLACEHOLDER = re.compile(r"%\((\w+)\)|\{(\w+)\}")


@dataclass(frozen=True)
class Sentence:
    """Something outsiders read: its English, its plural and its context where it has one, and a place it stands."""

    english: str
    plural: str = ""
    context: str = ""
    place: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What a catalogue finds it by."""
        return self.context, self.english


def sentences() -> list[Sentence]:
    """Everything outsiders may read, once each, in the order of the files."""
    found: dict[tuple[str, str, str], Sentence] = {}
    for sentence in (*_of_templates(), *_of_code()):
        found.setdefault((*sentence.key, sentence.plural), sentence)
    # A catalogue has one entry for "One text" alone and with its plural: the one with the plural stands for both.
    plurals = {sentence.key for sentence in found.values() if sentence.plural}
    return [sentence for sentence in found.values() if sentence.plural or sentence.key not in plurals]


def _of_templates() -> Iterator[Sentence]:
    root = settings.BASE_DIR / "templates"
    waiting = sorted({path for pattern in TEMPLATES for path in root.glob(pattern) if _is_for_outsiders(path)})
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop(0)
        if path in seen or not path.exists():
            continue
        seen.add(path)
        text = path.read_text(encoding="utf-8")
        waiting += [root / name for name in _PARTS.findall(text)]
        place = f"templates/{path.relative_to(root)}"
        for match in _CALL.finditer(code := templatize(text)):
            call = _whole_call(code[match.start() :])
            if call is not None:
                yield from _of_call(call, place)


def _is_for_outsiders(path: Path) -> bool:
    return path.is_file() and not OF_COLLEAGUES.search(path.as_posix())


def _whole_call(text: str) -> ast.Call | None:
    """The call that a piece of templatized source begins with."""
    for end in (match.end() for match in re.finditer(r"\)", text)):
        try:
            node = ast.parse(
                text[:end].replace("\n", "\\n") if "'''" not in text[:end] else text[:end], mode="eval"
            ).body
        except SyntaxError:
            continue
        return node if isinstance(node, ast.Call) else None
    return None


def _of_code() -> Iterator[Sentence]:
    root: Path = settings.BASE_DIR
    for pattern, names in CODE.items():
        for path in sorted(root.glob(pattern)):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for top in _named(tree, names) if names else [tree]:
                for node in ast.walk(top):
                    if isinstance(node, ast.Call):
                        yield from _of_call(node, str(path.relative_to(root)))


def _named(tree: ast.Module, names: Iterable[str]) -> Iterator[ast.AST]:
    kinds = (ast.FunctionDef, ast.ClassDef)
    return (node for node in ast.walk(tree) if isinstance(node, kinds) and node.name in names)


def _of_call(call: ast.Call, place: str) -> Iterator[Sentence]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    words = [word.value for word in call.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
    match _ALIASES.get(name, name), words:
        case "gettext", [english, *_]:
            yield Sentence(english, place=place)
        case "ngettext", [english, plural, *_]:
            yield Sentence(english, plural, place=place)
        case "pgettext", [context, english, *_]:
            yield Sentence(english, context=context, place=place)
        case "npgettext", [context, english, plural, *_]:
            yield Sentence(english, plural, context, place)


def catalogue_path(language: str) -> Path:
    """Where a language's catalogue lies; the compiled one, which is kept with it, ends in .mo."""
    path: Path = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "django.po"
    return path


def read_catalogue(path: Path) -> Catalog:
    """The catalogue as babel reads it; an empty one where there is no file."""
    if not path.exists():
        return Catalog(locale=path.parent.parent.name)
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def compiled(catalogue: Catalog) -> bytes:
    """What the .mo file beside a catalogue holds; the same catalogue gives the same bytes."""
    whole = io.BytesIO()
    write_mo(whole, catalogue)
    return whole.getvalue()


def problems(catalogue: Catalog, wanted: Iterable[Sentence]) -> Iterator[str]:
    """What a catalogue lacks or has wrong of these sentences, a line each."""
    for sentence in wanted:
        message = catalogue.get(sentence.english, sentence.context or None)
        place = f"{sentence.place}: “{sentence.english}”"
        if message is None or not all(_texts(message)) or (sentence.plural and not message.pluralizable):
            yield f"{place} is not translated into {catalogue.locale}."
        elif sentence.plural and message.id[1] != sentence.plural:
            yield f"{place} has another plural elsewhere: “{message.id[1]}”. Word one of them differently."
        elif message.fuzzy:
            yield f"{place} has a translation into {catalogue.locale} that nobody checked (fuzzy)."
        elif wrong := _wrong_placeholders(sentence, _texts(message)):
            yield f"{place} has other placeholders in {catalogue.locale}: {', '.join(sorted(wrong))}."


def _texts(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]


def _wrong_placeholders(sentence: Sentence, texts: list[str]) -> set[str]:
    """Placeholders that a translation invents or forgets; a form for few may say "one" instead of the number."""
    known = placeholders(sentence.english) | placeholders(sentence.plural)
    needed = placeholders(sentence.plural or sentence.english)
    invented = {name for text in texts for name in placeholders(text) - known}
    return invented | (needed - placeholders(texts[-1]))


def placeholders(text: str) -> set[str]:
    """Names that are filled in: %(name)s and {name}."""
    return {first or second for first, second in _PLACEHOLDER.findall(text)}
