"""Forms of an issue: beginning one, what stands above its blocks, and each block with its rows."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from advocacy.forms.statements import page_name
from advocacy.languages import language_choices
from advocacy.richtext import RichTextField, RichTextWidget
from contacts.forms.one_line import OneLineField
from contacts.models import ContactList, Topic
from mailing.issues.blocks import LISTING, MOST_ROWS, Kind, Typed, Words
from mailing.issues.drafting import Head
from mailing.link_forms import problem_of
from mailing.models import Block, BlockText, MailingContent

# What mail programs show beside the subject (UX 4).
PREHEADER = (40, 110)
# Empty rows at the end of a block that lists something.
SPARE_ROWS = 3
LARGEST_FIGURE = 1_000_000_000
LONGEST_ROW_TEXT = 300


def _input(**attrs: Any) -> forms.TextInput:
    return forms.TextInput({"class": "input", **attrs})


class BeginForm(forms.Form):
    """The list that an issue goes to, its title, its language."""

    contact_list = forms.ModelChoiceField(
        label=_("List"),
        queryset=ContactList.objects.none(),
        empty_label=None,
        widget=forms.Select({"class": "input"}),
        error_messages={"invalid_choice": _("Choose one of the lists.")},
    )
    title = OneLineField(
        label=_("Title"),
        max_length=150,
        widget=_input(),
        help_text=_("The subject to begin with; you can change it in each language."),
    )
    language = forms.ChoiceField(
        label=_("Written in"),
        choices=language_choices,
        initial="en",
        help_text=_("Readers of a language without a reviewed version get this one."),
        widget=forms.Select({"class": "input"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = ContactList.objects.visible_to(user).distinct().order_by("name")
        self.fields["contact_list"].queryset = lists  # type: ignore[attr-defined]


class HeadForm(forms.Form):
    """What stands above the blocks of one language version, with the edition that the page was opened on."""

    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    page = forms.CharField(widget=forms.HiddenInput, max_length=32, required=False)
    subject = OneLineField(
        label=_("Subject"),
        max_length=150,
        required=False,
        widget=_input(),
        help_text=_("A phone shows about the first 40 characters; 150 fit."),
    )
    preheader = OneLineField(
        label=_("Preheader"),
        max_length=140,
        required=False,
        widget=_input(),
        help_text=_("The line that mail programs show beside the subject. 40 to 110 characters are best; 140 fit."),
    )
    is_reviewed = forms.BooleanField(
        label=_("A speaker has read this version: it may be sent"),
        required=False,
        help_text=_("Readers of a language without a reviewed version get the source."),
    )

    def __init__(self, *args: Any, content: MailingContent, **kwargs: Any) -> None:
        names = ("subject", "preheader", "is_reviewed")
        start = {name: getattr(content, name) for name in names}
        start |= {"edition": content.edition if content.pk else 0, "page": page_name()}
        kwargs["initial"] = start | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        for name in ("subject", "preheader"):
            self.fields[name].widget.attrs["lang"] = content.language

    def head(self) -> Head:
        """What was typed; call it on a valid form."""
        data = self.cleaned_data
        return Head(data["subject"], data["preheader"], data["is_reviewed"], data["edition"], data["page"])


class RowForm(forms.Form):
    """One row of figures, dates or news. All of it empty: no row."""

    def __init__(self, *args: Any, kind: str, language: str, **kwargs: Any) -> None:
        kwargs |= {"empty_permitted": True, "use_required_attribute": False}
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields.update(_row_fields(kind))
        for name in ("label", "text", "title"):
            if name in self.fields:
                self.fields[name].widget.attrs["lang"] = language

    def clean_url(self) -> str:
        """Refuse an address that cannot work."""
        return sound(self.cleaned_data["url"])

    def clean(self) -> dict[str, Any]:
        """No more than there are: 24 of 23 countries is a slip."""
        data = super().clean() or {}
        value, of = data.get("value"), data.get("of")
        if value is not None and of is not None and value > of:
            self.add_error("value", _("More than there are: write %(of)d or less.") % {"of": of})
        return data

    def row(self) -> dict[str, Any]:
        """The row as BlockText.rows keeps it; empty where nothing was typed. Call it on a valid form."""
        data = {name: self.cleaned_data.get(name) for name in LISTING[self.kind]}
        if all(value in (None, "") for value in data.values()):
            return {}
        return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in data.items()}


def _row_fields(kind: str) -> dict[str, forms.Field]:
    if kind == Kind.FIGURES:
        number = {"class": "input num", "inputmode": "numeric"}
        whole: dict[str, Any] = {"min_value": 0, "max_value": LARGEST_FIGURE}
        return {
            "label": OneLineField(label=_("What is counted"), max_length=120, widget=_input()),
            "value": forms.IntegerField(label=_("How many"), widget=forms.NumberInput(number), **whole),
            "of": forms.IntegerField(label=_("Of how many"), widget=forms.NumberInput(number), **whole),
        }
    if kind == Kind.DATES:
        day = forms.DateInput({"class": "input", "type": "date"}, format="%Y-%m-%d")
        return {
            "day": forms.DateField(label=_("Day"), widget=day, input_formats=["%Y-%m-%d"]),
            "text": OneLineField(label=_("What happens"), max_length=LONGEST_ROW_TEXT, widget=_input()),
        }
    text = OneLineField(label=_("In one sentence"), max_length=LONGEST_ROW_TEXT, required=False, widget=_input())
    return {
        "title": OneLineField(label=_("Title"), max_length=200, widget=_input()),
        "url": forms.CharField(label=_("Address"), max_length=500, required=False, widget=_input(inputmode="url")),
        "text": text,
    }


def sound(address: str) -> str:
    """An address that a link may lead to, https or mailto. Raises forms.ValidationError with what is wrong with it."""
    address = address.strip()
    tone, reason = problem_of(address) if address else ("", "")
    if tone == "bad":
        raise forms.ValidationError(_now("This address cannot be a link: %(reason)s") % {"reason": reason})
    return address


class BlockForm(forms.Form):
    """One block in one language. Its prefix is b<id>; its rows are forms of their own, b<id>-r<number>."""

    # The fields of each kind besides edition and topic.
    FIELDS: ClassVar[dict[str, tuple[str, ...]]] = {
        Kind.LEAD: ("heading", "body", "label", "url"),
        Kind.ITEM: ("heading", "body", "label"),
        Kind.TEXT: ("heading", "body"),
        Kind.BUTTON: ("label", "url"),
        Kind.FIGURES: ("heading", "body"),
        Kind.DATES: ("heading",),
        Kind.MEMBERS: ("heading",),
    }
    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    topic_before = forms.CharField(widget=forms.HiddenInput, required=False)
    topic = forms.ModelChoiceField(
        label=_("For whom"),
        queryset=Topic.objects.none(),
        required=False,
        empty_label=_("All readers"),
        widget=forms.Select({"class": "input"}),
    )
    heading = OneLineField(label=_("Heading"), max_length=200, required=False, widget=_input())
    body = RichTextField(label=_("Text"), required=False, max_length=20_000)
    label = OneLineField(label=_("Words of the link"), max_length=100, required=False, widget=_input())
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        required=False,
        widget=_input(inputmode="url"),
        help_text=_("It begins with https:// or mailto:. It is left as it is: nobody follows who clicks."),
    )

    def __init__(self, *args: Any, block: Block, text: BlockText, topics: list[tuple[int, str]], **kwargs: Any) -> None:
        self.block, self.text = block, text
        start: dict[str, Any] = {name: getattr(text, name) for name in ("heading", "body", "label", "url")}
        start |= {"edition": text.edition if text.pk else 0}
        start |= {"topic": block.topic_id, "topic_before": block.topic_id or ""}
        kwargs["initial"] = start | kwargs.get("initial", {})
        kwargs |= {"prefix": f"b{block.pk}", "use_required_attribute": False}
        super().__init__(*args, **kwargs)
        self._shape(topics)
        rows = kwargs["initial"].get("rows", text.rows) if not self.is_bound else []
        self.rows = self._rows(rows)

    def _shape(self, topics: list[tuple[int, str]]) -> None:
        for name in ("heading", "body", "label", "url"):
            if name not in self.FIELDS[self.block.kind]:
                del self.fields[name]
            elif name == "body":
                self.fields[name].widget = RichTextWidget(language=self.text.language, rows=6)
            else:
                self.fields[name].widget.attrs["lang"] = self.text.language
        if topics or self.block.topic_id:
            self.fields["topic"].queryset = Topic.objects.filter(  # type: ignore[attr-defined]
                contact_list=self.block.mailing.contact_list_id
            )
            self.fields["topic"].widget.choices = [("", _("All readers")), *topics]
        else:
            del self.fields["topic"]

    def _rows(self, stored: list[dict[str, Any]]) -> list[RowForm]:
        """Forms of the stored rows, or of those that were sent, and some empty ones."""
        kind = self.block.kind
        if kind not in LISTING:
            return []
        sent = {name.split("-")[1] for name in self.data if name.startswith(f"{self.prefix}-r")}
        count = len(sent) if self.is_bound else min(len(stored) + SPARE_ROWS, MOST_ROWS)
        found = []
        for number in range(min(count, MOST_ROWS)):
            start = stored[number] if number < len(stored) else {}
            data = self.data if self.is_bound else None
            prefix = f"{self.prefix}-r{number}"
            found.append(RowForm(data, kind=kind, language=self.text.language, prefix=prefix, initial=start))
        return found

    def clean_url(self) -> str:
        """Refuse an address that cannot work."""
        return sound(self.cleaned_data["url"])

    def is_valid(self) -> bool:
        """Whether the block and all its rows are in order."""
        rows = [row.is_valid() for row in self.rows]
        return super().is_valid() and all(rows)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What is to be put right, rows included: (id of the control, sentence)."""
        found = []
        for form in (self, *self.rows):
            for name, errors in form.errors.items():
                if name in form.fields:
                    bound = form[name]
                    found += [(bound.id_for_label, f"{bound.label}: {error}") for error in errors]
        return found

    def words(self) -> Words:
        """What was typed; call it on a valid form."""
        data = self.cleaned_data
        texts = {name: data.get(name, "") for name in ("heading", "body", "label", "url")}
        return Words(**texts, rows=[row for row in (form.row() for form in self.rows) if row])

    def typed(self) -> Typed:
        """What the page sends for this block; call it on a valid form."""
        data = self.cleaned_data
        before = data["topic_before"]
        shown = int(before) if before.isascii() and before.isdigit() else None
        topic = data.get("topic") if "topic" in self.fields else self.block.topic
        return Typed(self.block.pk, self.words(), data["edition"], topic, shown)
