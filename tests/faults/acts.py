"""What a person does, as a process of its own that can be killed: functions for a forked worker of kind "call"."""

import os
import time
from pathlib import Path

from accounts.models import User
from mailing import lifecycle
from mailing.models import Mailing


def approve(mailing_id: int, approver_id: int, digest: str, barrier: str = "") -> None:
    """Approve a mailing; with `barrier` only when that file is there, so that several do it at once."""
    mailing, approver = Mailing.objects.get(pk=mailing_id), User.objects.get(pk=approver_id)
    wait_for(barrier)
    lifecycle.approve(mailing, actor=approver, digest=digest)


def begin(mailing_id: int, barrier: str = "") -> None:
    """Freeze and start an issue that is due, begun when the file is there."""
    from mailing import recounting

    wait_for(barrier)
    recounting.begin(mailing_id)


def send(mailing_id: int, barrier: str) -> None:
    """One turn of a worker, begun when the file is there."""
    from mailing.dispatch import sending

    wait_for(barrier)
    sending.run(mailing_id)


def wait_for(barrier: str) -> None:
    """Tell that we are ready, and wait until all may go."""
    if barrier:
        Path(f"{barrier}.{os.getpid()}").touch()
    while barrier and not os.path.exists(barrier):
        time.sleep(0.001)
