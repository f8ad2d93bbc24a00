"""Forms of what readers see of a list: its words in a language, its topics in every language."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.languages import content_languages, language_name
from contacts.models import Topic
from contacts.topics import TopicWords
from transport.one_line import one_line


class LanguageForm(forms.Form):
    """Which language to write a list's words in."""

    language = forms.ChoiceField(label=_("Language"))

    def __init__(self, *args: Any, written: Sequence[str], **kwargs: Any) -> None:
        """`written`: the languages that are there already."""
        super().__init__(*args, **kwargs)
        free = [(code, language_name(code)) for code in content_languages() if code not in written]
        self.fields["language"].choices = sorted(free, key=lambda pair: pair[1])  # type: ignore[attr-defined]


class WordsForm(forms.Form):
    """What the public reads of a list in one language, and what people agree to there."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("As it stands at the head of every issue: “Letter from the network”."),
    )
    frequency = forms.CharField(
        label=_("How often"), max_length=120, required=False, help_text=_("“Once a month”. Readers hold you to it.")
    )
    summary = forms.CharField(
        label=_("What is in it"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    wording = forms.CharField(
        label=_("What people agree to"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "The sentence they see beside the button: who sends what, how often, and that they can leave at any time. "
            "A change makes a new version; who agreed before keeps the one they saw."
        ),
    )

    def clean_name(self) -> str:
        """One line."""
        return one_line(self.cleaned_data["name"])

    def clean_frequency(self) -> str:
        """One line."""
        return one_line(self.cleaned_data["frequency"])

    def clean_summary(self) -> str:
        """One line."""
        return one_line(self.cleaned_data["summary"])


class TopicForm(forms.Form):
    """A topic's name and one line on it, in each of the list's languages; one language must be there."""

    def __init__(self, *args: Any, languages: Sequence[str], topic: Topic | None = None, **kwargs: Any) -> None:
        texts = {text.language: text for text in topic.texts.all()} if topic else {}
        self.languages = list(dict.fromkeys([*languages, *texts])) or ["en"]
        initial = {f"name-{code}": text.name for code, text in texts.items()}
        initial |= {f"description-{code}": text.description for code, text in texts.items()}
        super().__init__(*args, **kwargs)
        self.initial = initial
        for number, code in enumerate(self.languages):
            name = language_name(code)
            self.fields[f"name-{code}"] = forms.CharField(
                label=_("Name in %(language)s") % {"language": name}, max_length=120, required=not number and not texts
            )
            self.fields[f"description-{code}"] = forms.CharField(
                label=_("One line on it in %(language)s") % {"language": name}, max_length=200, required=False
            )

    def words(self) -> list[TopicWords]:
        """What was written, language by language."""
        data = self.cleaned_data
        return [
            TopicWords(code, one_line(data[f"name-{code}"]), one_line(data[f"description-{code}"]))
            for code in self.languages
        ]
