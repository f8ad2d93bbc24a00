"""Links by which a member organisation answers a plan for its country: signed, for a time, and taken back at will."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import User
from advocacy.assessing import AssessingError
from advocacy.languages import interface_language
from advocacy.models import ActionPlan, AnswerLink
from advocacy.plan_content import plan_words, published_content
from contacts.languages import country_name
from contacts.models import Organisation
from transport.outbox import queue_mail

SALT = "advocacy.answer-link"
VALID_DAYS = 30
MOST_DAYS = 180


def make_token(link: AnswerLink) -> str:
    """The link's token: its number, signed together with the plan, organisation and country it speaks for."""
    return signing.dumps([link.pk, link.plan_id, link.organisation_id, link.country], salt=SALT)


def address_of(link: AnswerLink) -> str:
    """The whole address that the organisation opens."""
    return settings.SITE_URL + reverse("answer_page", args=[make_token(link)])


def link_of_token(token: str) -> AnswerLink | None:
    """Whose link it is, open or not; None for a token that we did not make, or for another plan or country."""
    try:
        pk, plan, organisation, country = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows = AnswerLink.objects.select_related("plan", "plan__owner", "organisation")
    return rows.filter(pk=pk, plan_id=plan, organisation_id=organisation, country=country).first()


@dataclass(frozen=True)
class Terms:
    """To which address a link goes ("" takes the organisation's own), in which language, and for how many days."""

    email: str = ""
    language: str = "en"
    days: int = VALID_DAYS


def send_link(plan: ActionPlan, organisation: Organisation, *, actor: User, terms: Terms) -> AnswerLink:
    """Make a link for an organisation and send it by system mail.

    An open link of the same organisation for this plan is taken back. Without any address nothing is sent; the person
    passes the link on. Raises AssessingError for a plan that is not published, an organisation without a country, or
    when a colleague did the same at the same moment.
    """
    if plan.published_at is None:
        raise AssessingError(_("Publish the plan first: members answer what the public can read."))
    if not organisation.country:
        raise AssessingError(_("%(name)s has no country. Give it one first.") % {"name": organisation.name})
    to = terms.email or organisation.email
    try:
        with transaction.atomic():
            AnswerLink.objects.filter(plan=plan, organisation=organisation, revoked_at__isnull=True).update(
                revoked_at=timezone.now()
            )
            link = AnswerLink.objects.create(
                plan=plan,
                organisation=organisation,
                country=organisation.country,
                # The organisation's own address is not copied: it may be secret.
                email=terms.email,
                language=terms.language,
                created_by=actor,
                expires_at=timezone.now() + timedelta(days=min(max(terms.days, 1), MOST_DAYS)),
            )
            sentence = f"made a link by which {organisation.name} answers the plan “{plan.title}”"
            audit.record(actor, sentence, about=plan, label=plan.slug)
            if to:
                _send(link, to)
    except IntegrityError:
        raise AssessingError(_("A colleague made a link for this organisation at the same moment.")) from None
    return link


def revoke(link: AnswerLink, *, actor: User) -> None:
    """Take a link back: from now on it opens nothing."""
    with transaction.atomic():
        rows = AnswerLink.objects.filter(pk=link.pk, revoked_at__isnull=True)
        if rows.update(revoked_at=timezone.now()):
            sentence = f"took back the link by which {link.organisation.name} answers “{link.plan.title}”"
            audit.record(actor, sentence, about=link.plan, label=link.plan.slug)


def _send(link: AnswerLink, to: str) -> None:
    with override(interface_language(link.language)):
        context = {
            "title": plan_words(published_content(link.plan), link.language).title,
            "organisation": link.organisation.name,
            "country": country_name(link.country),
            "link": address_of(link),
            "until": date_format(timezone.localtime(link.expires_at), "j F Y"),
        }
    queue_mail(
        purpose="answers-asked",
        to=to,
        language=link.language,
        context=context,
        dedupe_key=f"answers-asked:{link.pk}",
    )
