"""Earlier texts of a statement: looking at them, comparing any two, giving a moment a name, going back to one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from advocacy.comparing import Comparison, compare
from advocacy.drafting import Saved, Words, add_language, save_text
from advocacy.models import RestorePoint, Statement, StatementText, StatementVersion, digest_of
from advocacy.paragraphs import paragraphs_of
from advocacy.publishing import PublishingError

NOW = "now"


@dataclass(frozen=True)
class Snapshot:
    """The texts of a statement at one moment. `key` names it in addresses: "v12", "p3", or "now" for what is there.

    `texts` is as Statement.texts_as_json gives it, and empty in lists. `event` is that of a StatementVersion, or
    "point", "kept" (a restore point that we made) or "now".
    """

    key: str
    event: str
    name: str
    at: datetime | None
    author: User | None
    number: int | None = None
    texts: dict[str, Any] = field(default_factory=dict)

    def words(self, language: str) -> dict[str, str]:
        """Title, summary and body in one language; empty where it had none."""
        found = self.texts.get(language) or {}
        return {name: str(found.get(name, "")) for name in ("title", "summary", "body")}


def history_of(statement: Statement) -> list[Snapshot]:
    """Every moment that was kept, the latest first, without the texts. Two queries."""
    versions = statement.versions.select_related("author").defer("texts")
    points = statement.restore_points.select_related("author").defer("texts")
    rows = [_of_version(row) for row in versions] + [_of_point(row) for row in points]
    return sorted(rows, key=lambda row: (row.at is None, row.at), reverse=True)


def snapshot(statement: Statement, key: str) -> Snapshot | None:
    """The moment with this key, with its texts; None when this statement has none such."""
    if key == NOW:
        return Snapshot(
            NOW, NOW, _("The text as it is now"), statement.changed_at, None, texts=statement.texts_as_json()
        )
    number = key[1:]
    if key[:1] not in {"v", "p"} or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    rows: Any = statement.versions if key[0] == "v" else statement.restore_points
    row = rows.select_related("author").filter(pk=int(number)).first()
    if row is None:
        return None
    found = _of_version(row) if key[0] == "v" else _of_point(row)
    return Snapshot(**{**found.__dict__, "texts": row.texts})


def _of_version(row: StatementVersion) -> Snapshot:
    name = _("Version %(number)s") % {"number": row.number}
    return Snapshot(f"v{row.pk}", row.event, name, row.at, row.author, number=row.number)


def _of_point(row: RestorePoint) -> Snapshot:
    return Snapshot(f"p{row.pk}", "kept" if row.is_automatic else "point", row.name, row.at, row.author)


def what_changed(old: Snapshot, new: Snapshot, language: str) -> Comparison:
    """What differs between two moments in one language."""
    return compare(paragraphs_of(**old.words(language)), paragraphs_of(**new.words(language)))


def keep_point(statement: Statement, *, name: str, actor: User, is_automatic: bool = False) -> RestorePoint:
    """Keep all language versions as they are now under a name. Raises PublishingError without one."""
    name = " ".join(name.split())[:120]
    if not name:
        raise PublishingError(_("Give this moment a name, so that you find it again."))
    texts = statement.texts_as_json()
    with transaction.atomic():
        point = RestorePoint.objects.create(
            statement=statement,
            name=name,
            texts=texts,
            digest=digest_of(texts),
            is_automatic=is_automatic,
            author=actor,
        )
        if not is_automatic:
            sentence = f"kept the texts of {statement.reference} under a name"
            audit.record(actor, sentence, about=statement, label=statement.reference)
    return point


def restore(statement: Statement, moment: Snapshot, *, languages: Sequence[str], actor: User) -> list[str]:
    """Save the words of an earlier moment again, in `languages`. Gives the languages whose text changed.

    It is a new save: what is there now is kept as a restore point first, and history stays as it is. A language that
    the statement no longer has is added; one that the moment does not have is left as it is.
    """
    wanted = [language for language in languages if language in moment.texts]
    changed: list[str] = []
    with transaction.atomic():
        keep_point(
            statement, name=_("Before going back to “%(name)s”") % {"name": moment.name}, actor=actor, is_automatic=True
        )
        for language in wanted:
            text = statement.texts.filter(language=language).first()
            if text is None:
                text = add_language(statement, language, actor=actor)
            text.statement = statement
            words = moment.words(language)
            if words != {name: getattr(text, name) for name in words}:
                save_text(
                    text, Words(words["title"], words["summary"], words["body"]), edition=text.edition, actor=actor
                )
                changed.append(language)
        if not changed:
            # Nothing to keep either.
            transaction.set_rollback(True)
        else:
            sentence = f"went back to an earlier text of {statement.reference} ({', '.join(changed)})"
            audit.record(actor, sentence, about=statement, label=statement.reference)
    return changed


def save_over(text: StatementText, words: Words, *, edition: int, actor: User) -> Saved:
    """Save over somebody else's words after seeing them (see save_text); theirs are kept as a restore point."""
    with transaction.atomic():
        theirs = text.statement.texts.select_related("changed_by").get(pk=text.pk)
        name = _("The words of %(name)s, before they were saved over") % {"name": theirs.changed_by or _("somebody")}
        keep_point(text.statement, name=name, actor=actor, is_automatic=True)
        return save_text(text, words, edition=edition, actor=actor)
