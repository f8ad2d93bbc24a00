"""The one door to a mailing's life: every view, task and command moves a mailing through these functions."""

from mailing.approving import (
    approve,
    ask_changes,
    digest_of,
    may_decide,
    reading_digest,
    record_edit,
    submit,
    withdraw,
)
from mailing.running import (
    Stopped,
    cancel,
    finish_if_done,
    pause,
    resume,
    schedule,
    start_due,
    stop_the_rest,
    undo,
)
from mailing.settling import settle
from mailing.states import FINAL, TRANSITIONS, LifecycleError, Moved, NotAllowed, move_to

__all__ = [
    "FINAL",
    "TRANSITIONS",
    "LifecycleError",
    "Moved",
    "NotAllowed",
    "Stopped",
    "approve",
    "ask_changes",
    "cancel",
    "digest_of",
    "finish_if_done",
    "may_decide",
    "move_to",
    "pause",
    "reading_digest",
    "record_edit",
    "resume",
    "schedule",
    "settle",
    "start_due",
    "stop_the_rest",
    "submit",
    "undo",
    "withdraw",
]
