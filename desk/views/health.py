"""For the machines that watch this one."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import public
from desk.health import report


@public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when all is well, 503 when something is silent; says what, and no secret."""
    answers = report()
    return JsonResponse(answers, status=200 if answers["ok"] else 503)
