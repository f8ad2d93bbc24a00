"""What a plan says: as it is being written, and as it was published.

Both have one shape, which a PlanVersion keeps and a digest binds an approval to:

    {"language": "en",
     "texts": {"en": {"title", "summary", "addressee"}, …},
     "points": [{"point": id, "number", "legal_basis", "instrument",
                 "ask": {"slug", "level", "dossier", "is_placeholder"},
                 "texts": {"en": {"title", "short", "explanation"}, …}}, …]}
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from advocacy.models import ActionPlan, Ask, AskText, PlanVersion, digest_of

_SHORTEST = 24


def content_of(plan: ActionPlan) -> dict[str, Any]:
    """All words of a plan as they are being written now; three queries."""
    texts = {plan.language: {"title": plan.title, "summary": plan.summary, "addressee": plan.addressee}}
    for text in plan.texts.all():
        texts[text.language] = {"title": text.title, "summary": text.summary, "addressee": text.addressee}
    points = []
    for point in plan.points.select_related("ask").prefetch_related("ask__texts").order_by("number"):
        ask = point.ask
        points.append(
            {
                "point": point.pk,
                "number": point.number,
                "legal_basis": point.legal_basis or ask.legal_basis,
                "instrument": point.instrument or ask.instrument,
                "ask": {
                    "slug": ask.slug,
                    "level": ask.level,
                    "dossier": ask.dossier,
                    "is_placeholder": ask.is_placeholder,
                },
                "texts": {
                    text.language: {"title": text.title, "short": text.short, "explanation": text.explanation}
                    for text in sorted(ask.texts.all(), key=lambda text: text.language)
                },
            }
        )
    return {"language": plan.language, "texts": texts, "points": points}


def published_content(plan: ActionPlan) -> dict[str, Any]:
    """What the public page shows: the latest published version, else (plans older than versions) the plan as it is."""
    version = plan.versions.filter(event="published").order_by("-id").first()
    return version.content if version else content_of(plan)


def digest_of_plan(plan: ActionPlan) -> str:
    """SHA-256 of the words as they are being written now, hex."""
    return digest_of(content_of(plan))


def keep_published(plans: Iterable[ActionPlan]) -> None:
    """Freeze published plans that have no version yet, before their words are edited. Call it in the transaction."""
    for plan in plans:
        if plan.published_at and not plan.versions.filter(event="published").exists():
            content = content_of(plan)
            PlanVersion.objects.create(
                plan=plan, number=0, content=content, digest=digest_of(content), event="published"
            )


@dataclass(frozen=True)
class PlanWords:
    """Title, summary and addressee in one language; `language` is that of the words, which may not be the asked one."""

    language: str
    title: str
    summary: str
    addressee: str


@dataclass(frozen=True)
class PointWords:
    """One point in one language, as pages, files and the PDF print it."""

    point: int
    number: int
    language: str
    title: str
    short: str
    explanation: str
    legal_basis: str
    instrument: str
    level: str
    dossier: str
    slug: str
    is_placeholder: bool

    @property
    def label(self) -> str:
        """Number and short name: the head of a column, the name of a row of dots."""
        return f"{self.number}. {self.short}"

    @property
    def ask(self) -> Ask:
        """The ask as it was, for templates that print its level; not a row to save."""
        return Ask(
            slug=self.slug, level=self.level, instrument=self.instrument, dossier=self.dossier,
            legal_basis=self.legal_basis, is_placeholder=self.is_placeholder,
        )  # fmt: skip

    @property
    def text(self) -> AskText:
        """The wording as an AskText, for templates; not a row to save."""
        return AskText(language=self.language, title=self.title, short=self.short, explanation=self.explanation)


def languages_of(content: dict[str, Any]) -> list[str]:
    """Languages that the plan can be read in: it has a title in them. Its own first."""
    return [content["language"], *sorted(code for code in content["texts"] if code != content["language"])]


def published_languages(plans: QuerySet[ActionPlan]) -> list[tuple[ActionPlan, list[str]]]:
    """Each plan with the languages that its public page can be read in; two queries, however many plans."""
    newest = PlanVersion.objects.filter(plan=OuterRef("pk"), event="published").order_by("-id")
    found: list[tuple[ActionPlan, list[str]]] = []
    for plan in plans.annotate(as_published=Subquery(newest.values("content")[:1])).prefetch_related("texts"):
        # As `published_content`: plans older than versions are read as they are.
        own = {"language": plan.language, "texts": [text.language for text in plan.texts.all()]}
        found.append((plan, languages_of(plan.as_published or own)))
    return found


def plan_words(content: dict[str, Any], language: str) -> PlanWords:
    """The plan's own words in `language`, else in its first one; an empty addressee takes that of the first."""
    own = content["texts"][content["language"]]
    code = language if language in content["texts"] else content["language"]
    text = content["texts"][code]
    return PlanWords(code, text["title"], text["summary"], text["addressee"] or own["addressee"])


def point_words(content: dict[str, Any], language: str) -> list[PointWords]:
    """The points in their order, each in `language`, else in the plan's language, else in any."""
    return [_point(row, language, content["language"]) for row in content["points"]]


def _point(row: dict[str, Any], language: str, first: str) -> PointWords:
    ask, texts = row["ask"], row["texts"]
    code = next((code for code in (language, first, *texts) if code in texts), first)
    text = texts.get(code, {"title": ask["slug"], "short": "", "explanation": ""})
    return PointWords(
        point=row["point"],
        number=row["number"],
        language=code,
        title=text["title"],
        short=text["short"] or _shorten(text["title"]),
        explanation=text["explanation"],
        legal_basis=row["legal_basis"],
        instrument=row["instrument"],
        level=ask["level"],
        dossier=ask["dossier"],
        slug=ask["slug"],
        is_placeholder=ask["is_placeholder"],
    )


def _shorten(title: str) -> str:
    """The first words of a title, for where a column has no room for all."""
    if len(title) <= _SHORTEST:
        return title
    head = title[: _SHORTEST - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head).rstrip(" ,;:") + "…"
