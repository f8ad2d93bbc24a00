"""What the checklist finds: its lines, and what the checks look at."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailing.audience import AudiencePreview, Reader
from mailing.models import Mailing, MailingContent
from mailing.story import is_issue

# So many lines that are in order stand open on the page of the checklist.
SHOWN = 4


@dataclass(frozen=True)
class Item:
    """One line. `tone` is "bad" (blocks), "warn" (worth a look) or "ok"; `url` is where it is put right."""

    key: str
    tone: str
    title: str
    detail: str = ""
    url: str = ""
    action: str = ""


@dataclass(frozen=True)
class Checklist:
    """All lines of one run, and the audience they were worked out for."""

    items: list[Item]
    preview: AudiencePreview
    readers: list[Reader]

    @property
    def blocking(self) -> list[Item]:
        """What must be fixed before anybody can approve."""
        return [item for item in self.items if item.tone == "bad"]

    @property
    def warnings(self) -> list[Item]:
        """What is worth a look."""
        return [item for item in self.items if item.tone == "warn"]

    @property
    def summary(self) -> str:
        """A few words for the step: what to fix, else what to look at."""
        if self.blocking:
            return ngettext("%(n)d to fix", "%(n)d to fix", len(self.blocking)) % {"n": len(self.blocking)}
        if self.warnings:
            return ngettext("%(n)d to look at", "%(n)d to look at", len(self.warnings)) % {"n": len(self.warnings)}
        return _("all in order")

    @property
    def fine(self) -> list[Item]:
        """What is in order."""
        return [item for item in self.items if item.tone == "ok"]

    @property
    def first_fine(self) -> list[Item]:
        """What is in order and shown at once."""
        return self.fine[:SHOWN]

    @property
    def more_fine(self) -> list[Item]:
        """What is in order and folded."""
        return self.fine[SHOWN:]


@dataclass(frozen=True)
class Subject:
    """What the checks look at, read once."""

    mailing: Mailing
    contents: dict[str, MailingContent]
    preview: AudiencePreview
    readers: list[Reader]

    def link(self, page: str) -> str:
        """The page of this mailing where something is put right."""
        return reverse(f"mailing:{page}", args=[self.mailing.reference])

    def write(self, language: str) -> str:
        """The text of one language."""
        if is_issue(self.mailing):
            return f"{reverse('newsletters:issue_write', args=[self.mailing.reference])}?lang={language}"
        return f"{self.link('letter_write')}?lang={language}"
