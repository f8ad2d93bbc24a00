"""Work on an import: at once where the file is small, by a worker where it is large."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.imports import subscriber_undo, subscribing
from contacts.imports.checking import check
from contacts.imports.deciding import Decisions, NotAllowed, OutOfDate, confirm
from contacts.imports.errors import ImportRefused
from contacts.imports.undoing import take_back
from contacts.imports.uploading import is_large
from contacts.models import ImportFile, ImportRun
from contacts.models.runs import WrongStatus
from transport.broker import publish

MANY = 5_000


def start(run: ImportRun, work: str, *, actor: User, decisions: Decisions | None = None) -> bool:
    """Do it now, or ring for a worker: then True. Raises whatever check(), confirm() or take_back() raise."""
    large = len(run.changes) > MANY if work == "undo" else is_large(run)
    if not large:
        _do(run, work, actor, decisions)
        return False
    if not run.claim(work):
        return True
    kept: dict[str, Any] = {"by": actor.pk, **(decisions.as_json() if decisions else {})}
    if work == "undo":
        ImportRun.objects.filter(pk=run.pk).update(options={**run.options, "undo_by": actor.pk})
    else:
        ImportFile.objects.filter(run=run).update(decisions=kept)
    transaction.on_commit(lambda: ring(run.pk), robust=True)
    return True


def ring(run_id: int) -> None:
    """Tell a worker. Where no broker is, the page says that the work waits, and the person can try again."""
    publish("contacts.tasks.work_on_import", [run_id])


def work(run_id: int) -> None:
    """A worker's turn over one import; harmless to repeat. What goes wrong is kept for the page to tell."""
    run = ImportRun.objects.get(pk=run_id)
    if not run.working:
        return
    file = ImportFile.objects.filter(run=run).only("decisions").first()
    kept = dict(file.decisions) if file else {}
    actor = User.objects.filter(pk=kept.pop("by", run.options.get("undo_by"))).first()
    refusal = ""
    try:
        if actor is not None:
            _do(run, run.working, actor, Decisions.from_json(kept) if "digest" in kept else None)
    except OutOfDate:
        again(run)
        refusal = _("What you read was out of date: the address book changed meanwhile. These are the new figures.")
    except (ImportRefused, WrongStatus, NotAllowed) as error:
        refusal = str(error)
    finally:
        run.release()
    options = ImportRun.objects.values_list("options", flat=True).get(pk=run_id)
    if refusal != options.get("refusal", ""):
        ImportRun.objects.filter(pk=run_id).update(options={**options, "refusal": refusal})


def again(run: ImportRun) -> dict[str, Any]:
    """Work the check out once more, after what was read is out of date; what the page shows."""
    return subscribing.check(run) if run.options.get("reader") == subscribing.READER else check(run)


def _do(run: ImportRun, work: str, actor: User, decisions: Decisions | None) -> None:
    if run.options.get("reader") == subscribing.READER:
        _do_readers(run, work, actor, decisions)
    elif work == "check":
        check(run)
    elif work == "apply" and decisions is not None:
        confirm(run, decisions, actor=actor)
    elif work == "undo":
        take_back(run, actor=actor)


def _do_readers(run: ImportRun, work: str, actor: User, decisions: Decisions | None) -> None:
    """The same for people who agreed to get a list."""
    if work == "check":
        subscribing.check(run)
    elif work == "apply" and decisions is not None:
        subscribing.apply(run, decisions.digest, actor=actor)
    elif work == "undo":
        subscriber_undo.take_back(run, actor=actor)
