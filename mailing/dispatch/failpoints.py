"""Places in the engine where a test lets its process die at once, as a power cut would. Nothing happens elsewhere.

DEMARCHE_FAILPOINTS holds what may die, separated by commas: `name:chance`, with the chance between 0 and 1.

    c6:0.02,c9:1                 each time c6 is passed with a chance of 2 %, and always at c9
    c6:0.1@/tmp/x                the same, and exactly one process dies: whoever makes the file first
    c6/parent:1@/tmp/x           not this process but its parent, as when a worker's main process is killed

DEMARCHE_FAILPOINTS_SEED seeds the dice; each process has its own, from the seed and its number. The points are named
after the crash points of the fault tests: docs/faults.md.
"""

import os
import random
import signal
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Trap:
    """What happens at one point: with which chance, to whom, and the file that makes it happen once in total."""

    chance: float
    marker: str = ""
    is_parent: bool = False


def failpoint(name: str) -> None:
    """Die here by SIGKILL if a test asked for it. Costs one look at an empty dict otherwise."""
    if _traps and name in _traps:
        _spring(_traps[name])


def arm(spec: str, seed: str = "") -> None:
    """Set the traps of this process and of those it forks; an empty `spec` removes them.

    Raises ImproperlyConfigured for a spec that cannot be read, and for any spec where neither DEBUG nor
    ALLOW_FAILPOINTS is on: a production system refuses to start with traps in it.
    """
    global _seed
    found = dict(_read(part) for part in spec.split(",") if part.strip())
    if found and not (settings.DEBUG or settings.ALLOW_FAILPOINTS):
        raise ImproperlyConfigured("DEMARCHE_FAILPOINTS is set. It is for tests and kills processes: remove it.")
    _traps.clear()
    _traps.update(found)
    _seed = seed
    _shake()


def _read(part: str) -> tuple[str, Trap]:
    name, colon, rest = part.strip().partition(":")
    chance, _at, marker = rest.partition("@")
    name, _slash, victim = name.partition("/")
    try:
        trap = Trap(float(chance), marker, victim == "parent")
    except ValueError:
        trap = Trap(-1.0)
    if not colon or not name or not 0 <= trap.chance <= 1 or victim not in ("", "parent"):
        raise ImproperlyConfigured(f"DEMARCHE_FAILPOINTS cannot be read at {part!r}: it is name:chance@file.")
    return name, trap


def _spring(trap: Trap) -> None:
    if _dice.random() >= trap.chance:
        return
    if trap.marker:
        try:
            os.close(os.open(trap.marker, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return
    os.kill(os.getppid() if trap.is_parent else os.getpid(), signal.SIGKILL)


def _shake() -> None:
    """New dice for this process: forked ones must not all die at the same count."""
    _dice.seed(f"{_seed}:{os.getpid()}")


_traps: dict[str, Trap] = {}
_seed = ""
_dice = random.Random()  # noqa: S311 - chance for a test, not for a secret

if os.environ.get("DEMARCHE_FAILPOINTS"):
    arm(os.environ["DEMARCHE_FAILPOINTS"], os.environ.get("DEMARCHE_FAILPOINTS_SEED", ""))
    os.register_at_fork(after_in_child=_shake)
