"""What the tests of the public site share: addresses, published texts."""

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tests.factories import StatementFactory, StatementTextFactory, UserFactory

PUBLIC = ["home", "statement_list", "plan_list", "campaign_list", "call_list", "languages", "privacy"]


def address(name, lang="en", **arguments):
    return reverse(f"public:{name}", kwargs={"lang": lang, **arguments})


def publish(slug, *, kind="statement", at=None, languages=("en",), **fields):
    row = StatementFactory(
        slug=slug,
        kind=kind,
        status=fields.pop("status", "published"),
        published_at=at or timezone.now(),
        approved_by=User.objects.first() or UserFactory(),
        approved_at=timezone.now(),
        **fields,
    )
    for language in languages:
        StatementTextFactory(statement=row, language=language, title=f"{slug} in {language}", summary="In short.")
    return row
