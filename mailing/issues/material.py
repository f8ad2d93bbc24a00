"""What an issue is made from, read once however many kinds of readers it has and however many parts of a page ask.

It knows the models alone, so that what blocks are changed through (mailing.lifecycle) can read it too.
"""

from functools import cached_property

from contacts.models import Topic
from mailing.models import Block, Mailing, MailingContent


class Material:
    """The blocks of one version of an issue with all their words, and what its list is called by language.

    Each part is read when it is first asked for, and stays as it was then.
    """

    def __init__(self, mailing: Mailing) -> None:
        self.version = mailing.version
        self._mailing = mailing

    @cached_property
    def blocks(self) -> list[Block]:
        """The blocks from top to bottom; at most four queries."""
        return read_blocks(self._mailing, "texts", "statement__texts", "topic__texts")

    @property
    def topics(self) -> list[Topic]:
        """The topics that blocks carry, each once, in the order of the list."""
        found = {block.topic.pk: block.topic for block in self.blocks if block.topic is not None}
        return sorted(found.values(), key=lambda topic: (topic.position, topic.pk))

    @cached_property
    def contents(self) -> dict[str, MailingContent]:
        """The versions by language."""
        return {content.language: content for content in self._mailing.contents.all()}

    @cached_property
    def list_names(self) -> dict[str, str]:
        """What the list is called by language."""
        contact_list = self._mailing.contact_list
        return {text.language: text.name for text in contact_list.texts.all()} if contact_list else {}


def material_of(mailing: Mailing) -> Material:
    """The same for one `mailing` until it is edited."""
    return _known(mailing) or _begun(mailing)


def _known(mailing: Mailing) -> Material | None:
    found: Material | None = mailing.__dict__.get("_issue_material")
    return found if found is not None and found.version == mailing.version else None


def _begun(mailing: Mailing) -> Material:
    found = mailing.__dict__["_issue_material"] = Material(mailing)
    return found


def read_again(mailing: Mailing) -> list[Block]:
    """The blocks as they stand now, which are from here on those of this `mailing`.

    A page that somebody decides on begins with it: what it shows and the digest it is bound to are then of one reading.
    """
    return _begun(mailing).blocks


def read_blocks(mailing: Mailing, *along: str) -> list[Block]:
    """The blocks of an issue from top to bottom, with their topics and what they lead to; one query, and one for each
    of the relations to read `along`."""
    rows = mailing.blocks.select_related("topic", "statement", "plan").order_by("position", "pk")
    found = list(rows.prefetch_related(*along))
    for block in found:
        block.mailing = mailing
    return found


def topic_ids(mailing: Mailing) -> list[int]:
    """The ids of the topics that blocks carry; one query, and none where the blocks were read already."""
    known = _known(mailing)
    if known is not None and "blocks" in known.__dict__:
        return sorted({block.topic_id for block in known.blocks if block.topic_id})
    rows = mailing.blocks.filter(topic__isnull=False).order_by("topic_id").values_list("topic_id", flat=True).distinct()
    return list(rows)
