"""How long personal data are kept: rules as data, applied every night and by `purge_personal_data`.

Each rule finds rows past their time and does one thing with them; doing it again finds nothing. Rooms to the right add
theirs to `contacts.registry.retention`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import record
from contacts import registry
from contacts.erasure import erase
from contacts.imports.uploading import throw_away_old
from contacts.models import Contact, ImportFile, ImportRun, LegalBasis, Mandate, Note, Subscription
from contacts.models.runs import FILE_DAYS, UNDO_DAYS
from contacts.personal_data import routes
from transport.models import SystemMail
from transport.outbox import KEPT as SYSTEM_MAIL_KEPT
from transport.outbox import empty_sent

# What is known of somebody by itself and makes no history of its own: seats, spellings, being picked or left out.
NO_HISTORY = {
    "contacts.Contact_tags",
    "contacts.Mandate",
    "contacts.Merge",
    "contacts.NotSame",
    "contacts.PersonCorrection",
    "contacts.SegmentPick",
}


@dataclass(frozen=True)
class Rule:
    """One rule: what goes, after how many days, which rows that are (asked with the moment before which), and how."""

    name: str
    what: Any
    days: int
    find: Callable[[datetime], QuerySet[Any]]
    act: Callable[[QuerySet[Any]], int]

    def due(self, now: datetime | None = None) -> QuerySet[Any]:
        """The rows whose time is over."""
        return self.find((now or timezone.now()) - timedelta(days=self.days))


def rules() -> list[Rule]:
    """Every rule of every room; the days are those of the settings as they stand now."""
    return [
        Rule("unconfirmed", _("Subscriptions nobody confirmed"), settings.KEEP_UNCONFIRMED_DAYS, unconfirmed, _delete),
        Rule("consent-alone", _("People held on consent who are on no list"), settings.KEEP_UNCONFIRMED_DAYS,
             on_no_list, _erase),
        Rule("notes", _("Notes about members whose mandate ended"), settings.KEEP_NOTES_DAYS, old_notes, _delete),
        Rule("former-members", _("Former members with whom nothing passed"), settings.KEEP_FORMER_DAYS,
             former_members, _erase),
        Rule("undo-data", _("What an import replaced, to take it back"), UNDO_DAYS, old_runs,
             lambda runs: runs.update(changes=[])),
        Rule("import-files", _("Uploaded files"), FILE_DAYS, old_files,
             lambda files: throw_away_old()),
        Rule("system-mail", _("Mails of the system: address and text"), SYSTEM_MAIL_KEPT.days, old_system_mail,
             lambda mails: empty_sent()),
        *(make() for make in registry.retention),
    ]  # fmt: skip


def purge(*, dry_run: bool = False, now: datetime | None = None) -> dict[str, int]:
    """Apply every rule and give how many rows each found, by its name. Each rule is a transaction of its own."""
    found: dict[str, int] = {}
    for rule in rules():
        with transaction.atomic():
            due = rule.due(now)
            found[rule.name] = due.count()
            if found[rule.name] and not dry_run:
                rule.act(due)
                record(None, f"applied the retention rule “{rule.name}” to {found[rule.name]} rows")
    return found


def unconfirmed(before: datetime) -> QuerySet[Any]:
    """Pending subscriptions that were asked for before that moment."""
    return Subscription.objects.filter(status=Subscription.Status.PENDING, created_at__lt=before)


def on_no_list(before: datetime) -> QuerySet[Any]:
    """People held on consent alone who never joined a list, and about whom there is nothing else."""
    people = Contact.objects.living().filter(legal_basis=LegalBasis.CONSENT, created_at__lt=before)
    return people.exclude(_has_history(except_for={"contacts.ConsentRecord"}))


def old_notes(before: datetime) -> QuerySet[Any]:
    """Notes about people whose last mandate ended before that moment."""
    mandates = Mandate.objects.filter(contact=OuterRef("contact"))
    sits = mandates.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=before.date()))
    return Note.objects.filter(Exists(mandates)).exclude(Exists(sits))


def former_members(before: datetime) -> QuerySet[Any]:
    """Members whose last mandate ended before that moment and to whom nothing was ever written, said or noted."""
    mandates = Mandate.objects.filter(contact=OuterRef("pk"))
    sits = mandates.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=before.date()))
    people = Contact.objects.living().filter(legal_basis=LegalBasis.LEGITIMATE_INTEREST)
    return people.filter(Exists(mandates)).exclude(Exists(sits)).exclude(_has_history())


def old_runs(before: datetime) -> QuerySet[Any]:
    """Imports that can be taken back no longer and still hold what they replaced; they count from the day they were
    applied, which may be long after the upload."""
    done = Coalesce("applied_at", "at")
    return ImportRun.objects.annotate(done_at=done).filter(done_at__lt=before).exclude(changes=[])


def old_files(before: datetime) -> QuerySet[Any]:
    """Files that were uploaded before that moment, whatever became of their import."""
    return ImportFile.objects.filter(at__lt=before)


def old_system_mail(before: datetime) -> QuerySet[Any]:
    """Mails of the system that still have their address or text."""
    mails = SystemMail.objects.filter(created_at__lt=before).exclude(status=SystemMail.Status.QUEUED)
    return mails.exclude(to="", context={})


def _has_history(*, except_for: set[str] | None = None) -> Q:
    """Something of any table, one added later as well, tells that the desk had to do with this person."""
    found = Q(pk__in=[])
    for model, lookups in routes().items():
        if model._meta.label in NO_HISTORY | (except_for or set()) or model is Contact:
            continue
        for lookup in lookups:
            if "__" not in lookup:
                found |= Q(Exists(model._base_manager.filter(**{lookup: OuterRef("pk")})))
    return found


def _delete(rows: QuerySet[Any]) -> int:
    return rows.delete()[0]


def _erase(people: QuerySet[Any]) -> int:
    """Their data go; they are not kept out: whoever takes office again comes back with the next list."""
    return sum(erase(person, actor=None, reason="too_long", keep_out=False) for person in list(people))
