"""What an issue is made from, read once however many kinds of readers it has."""

from dataclasses import dataclass

from mailing.issues import blocks
from mailing.models import Block, Mailing, MailingContent


@dataclass(frozen=True)
class Material:
    """The blocks of one version of an issue with all their words, and what its list is called by language."""

    version: int
    blocks: list[Block]
    contents: dict[str, MailingContent]
    list_names: dict[str, str]


def material_of(mailing: Mailing) -> Material:
    """The same for one `mailing` until it is edited; a few queries the first time."""
    known: Material | None = mailing.__dict__.get("_issue_material")
    if known is None or known.version != mailing.version:
        contact_list = mailing.contact_list
        known = mailing.__dict__["_issue_material"] = Material(
            mailing.version,
            blocks.in_order(mailing),
            {content.language: content for content in mailing.contents.all()},
            {text.language: text.name for text in contact_list.texts.all()} if contact_list else {},
        )
    return known
