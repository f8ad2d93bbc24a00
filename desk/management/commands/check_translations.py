"""Fail when outsiders would read a sentence that is not translated. Part of `python3 dev.py check`."""

from typing import Any

from babel.messages.pofile import write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from desk.translations import catalogue_path, compiled, problems, read_catalogue, sentences

WIDTH = 120


class Command(BaseCommand):
    """Prints one line for each sentence that is missing, unchecked or has other placeholders, and fails then."""

    requires_system_checks: list[str] = []
    help = "Checks that everything outsiders read is translated into every language of the public pages."

    def add_arguments(self, parser: CommandParser) -> None:
        """--write puts new sentences into the catalogues, still empty, and compiles them."""
        parser.add_argument("--write", action="store_true", help="Add new sentences to the catalogues; compile them.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at every language but the one the sentences are written in."""
        wanted = sentences()
        found: list[str] = []
        for language in dict(settings.LANGUAGES):
            if language == settings.LANGUAGE_CODE:
                continue
            path = catalogue_path(language)
            catalogue = read_catalogue(path)
            if options["write"]:
                for sentence in wanted:
                    if catalogue.get(sentence.english, sentence.context or None) is None:
                        english = (sentence.english, sentence.plural) if sentence.plural else sentence.english
                        catalogue.add(english, context=sentence.context or None)
                with path.open("wb") as file:
                    write_po(file, catalogue, width=WIDTH, omit_header=False, ignore_obsolete=True)
                path.with_suffix(".mo").write_bytes(compiled(read_catalogue(path)))
            found += problems(catalogue, wanted)
            kept = path.with_suffix(".mo")
            if not kept.exists() or kept.read_bytes() != compiled(catalogue):
                found.append(f"{kept.relative_to(settings.BASE_DIR)} is not what django.po says: run it with --write.")
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(f"All {len(wanted)} sentences that outsiders read are translated.")
