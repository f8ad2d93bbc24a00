"""The one door to a mailing's life: every view, task and command moves a mailing through these functions."""

from mailing.approving import (
    approve,
    ask_changes,
    audience_digest_of,
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
    pause_missed,
    resume,
    schedule,
    start_due,
    stop_the_rest,
    undo,
)
from mailing.settling import reopen, settle, settle_all
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
    "audience_digest_of",
    "cancel",
    "digest_of",
    "finish_if_done",
    "may_decide",
    "move_to",
    "pause",
    "pause_missed",
    "reading_digest",
    "record_edit",
    "reopen",
    "resume",
    "schedule",
    "settle",
    "settle_all",
    "start_due",
    "stop_the_rest",
    "submit",
    "undo",
    "withdraw",
]
