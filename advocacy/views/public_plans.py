"""Action plans for the public: the list, a plan's scoreboard, a country's answers, the data, and a page to embed."""

from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import override
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import conditional_page, require_safe

from accounts.access import public
from advocacy.languages import interface_language, is_reading_language, own_name
from advocacy.models import ActionPlan
from advocacy.plan_content import plan_words, published_content
from advocacy.plan_drawing import dots_of, scale_of, tiles_of
from advocacy.plan_files import LICENCE, csv_text, json_data
from advocacy.scoreboard import Board, board_of
from advocacy.views.framing import MAX_AGE, frame, public_page
from contacts.names import sort_key

PER_PAGE = 10
# Pages of other sites may show this one; it holds no form, no script and nothing that needs a visitor's cookies.
_EMBED_POLICY = {
    "default-src": [NONE],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": ["*"],
}


def find_published(slug: str) -> ActionPlan:
    """The plan of this address, if the public may read it; else 404."""
    plan: ActionPlan | None = ActionPlan.objects.published().filter(slug=slug).select_related("owner").first()
    if plan is None:
        raise Http404
    return plan


@public_page
def plan_list(request: HttpRequest, lang: str) -> HttpResponse:
    """Published action plans, the latest first, each in the page's language where it exists."""
    plans = ActionPlan.objects.published().prefetch_related("versions").order_by("-published_at", "-id")
    page = Paginator(plans, PER_PAGE).get_page(request.GET.get("page"))
    entries = []
    for plan in page.object_list:
        # The prefetched rows, latest first; a plan older than versions shows what it says now.
        version = next((row for row in plan.versions.all() if row.event == "published"), None)
        content = version.content if version else published_content(plan)
        entries.append({"plan": plan, "words": plan_words(content, lang), "points": len(content["points"])})
    context = {**frame(lang, "plans", "plan_list"), "page_obj": page, "entries": entries}
    return render(request, "public/plan_list.html", context)


@public_page
def plan_detail(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    """One plan: its points, how many countries meet each, the map, and the table that all of it is counted from."""
    plan = find_published(slug)
    board = board_of(plan, lang)
    frame_of_page = frame(
        lang, "plans", "plan_detail", languages=_languages(board.languages), first=plan.language, slug=slug
    )
    return render(request, "public/plan_detail.html", {**frame_of_page, **_drawn(board)})


def _languages(codes: list[str]) -> list[str]:
    """Languages of the plan's words, and those of the interface: the table is worded in them anyway."""
    return [*codes, *(code for code in dict(settings.LANGUAGES) if code not in codes)]


def _drawn(board: Board) -> dict[str, Any]:
    half = len(board.points) / 2
    return {
        "plan": board.plan,
        "board": board,
        "words": board.words,
        "chart": dots_of(board),
        "tiles": tiles_of(board),
        "scale": scale_of(board),
        "many": sum(row.met > half for row in board.rows),
        "few": sum(row.met <= 1 for row in board.rows),
        "half": int(half) + 1,
        "licence": LICENCE,
        "versions": [(code, own_name(code)) for code in board.languages] if len(board.languages) > 1 else [],
    }


@public_page
def plan_country(request: HttpRequest, lang: str, slug: str, country: str) -> HttpResponse:
    """One country: each point with its evidence, source, who reported, and every earlier answer."""
    plan = find_published(slug)
    board = board_of(plan, lang)
    row = board.row_of(country.upper())
    if row is None:
        raise Http404
    by_name = sorted(board.rows, key=lambda other: sort_key(other.name))
    place = by_name.index(row)
    arguments = {"slug": slug, "country": country}
    context = {
        **frame(lang, "plans", "plan_country", languages=_languages(board.languages), first=plan.language, **arguments),
        "plan": plan,
        "board": board,
        "words": board.words,
        "row": row,
        "before": by_name[place - 1] if place else None,
        "after": by_name[place + 1] if place + 1 < len(by_name) else None,
        "over_time": _over_time(board, row.country),
        "licence": LICENCE,
        "is_sample": plan.is_sample or any(cell.current and cell.current.is_sample for cell in row.cells),
    }
    return render(request, "public/plan_country.html", context)


def _over_time(board: Board, country: str) -> list[tuple[Any, int]]:
    """When answers of a country changed, and how many points were met from then on; the latest twelve."""
    answers = [answer for (_point, code), rows in board.history.items() if code == country for answer in rows]
    ends = {answer.superseded_at for answer in answers if answer.superseded_at}
    # Answers confirmed on one day are one moment; what counts is how the day ended.
    days = {moment.date(): moment for moment in sorted(ends | {answer.confirmed_at for answer in answers})}
    return [(moment, board.met_on(moment, country) or 0) for _day, moment in sorted(days.items())][-12:]


@public_page
def plan_csv(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    """The table as CSV, one line per country and point."""
    plan = find_published(slug)
    response = HttpResponse(csv_text(board_of(plan, lang), lang), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{plan.slug}.csv"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


@public_page
def plan_json(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    """The table as JSON."""
    plan = find_published(slug)
    data = json_data(board_of(plan, lang), lang)
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _embedded(request: HttpRequest, slug: str) -> HttpResponse:
    """The map and the numbers of a plan, to be framed by pages of others (?lang=fr). Reads no cookie."""
    asked = request.GET.get("lang", "")
    plan = find_published(slug)
    lang = asked if is_reading_language(asked) else plan.language
    with override(interface_language(lang)):
        board = board_of(plan, lang)
        response = render(request, "public/plan_embed.html", {"lang": lang, **_drawn(board)})
    response["Content-Language"] = interface_language(lang)
    patch_cache_control(response, public=True, max_age=MAX_AGE)
    return response


_cached: Any = conditional_page(require_safe(_embedded))
plan_embed = public(xframe_options_exempt(csp(_EMBED_POLICY)(_cached)))
