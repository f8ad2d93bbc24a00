"""What the panel "Files and PDF" beside a letter's text shows."""

from dataclasses import dataclass
from typing import Any

from mailing.enclosing import LARGEST, MOST
from mailing.models import Attachment, Mailing
from mailing.paper_forms import EnclosureForm, PaperForm
from mailing.paper_words import files_of
from mailing.states import EDITABLE


@dataclass(frozen=True)
class Panel:
    """Files that go along, those of the statement that could, and the forms; `together` in bytes."""

    files: list[Attachment]
    offered: list[Any]
    together: int
    may_change: bool
    file_form: EnclosureForm
    paper_form: PaperForm

    @property
    def is_full(self) -> bool:
        """Whether no other file fits by number."""
        return len(self.files) >= MOST


def panel_of(mailing: Mailing, user: Any) -> Panel:
    """The panel of a letter for one colleague: two queries, one more with a statement."""
    # Most letters have none: the page has asked already (views.finding).
    files = files_of(mailing)
    there = {file.sha256 for file in files} | {file.title for file in files}
    offered = list(mailing.statement.attachments.all()) if mailing.statement else []
    return Panel(
        files=files,
        offered=[
            file for file in offered if file.sha256 not in there and file.title not in there and file.size <= LARGEST
        ],
        together=sum(file.size for file in files),
        may_change=mailing.status in EDITABLE and user.has_perm("mailing.edit"),
        file_form=EnclosureForm(languages=[content.language for content in mailing.contents.all()]),
        paper_form=PaperForm(initial={"paper": mailing.paper}),
    )
