"""What has to be there before the first message of a mailing leaves, made by rooms the engine does not know.

The PDFs of letters are such a thing: setting them takes advocacy's typesetter and seconds, which no window has. So the
functions that make them are handed in when Django starts (mailing.apps), are called before a lease is taken, and leave
what they made in the database, where a window finds it on any host.
"""

from collections.abc import Callable

from mailing.models import Mailing

# Each works on one mailing for some seconds and says whether everything of it is there. One that needs more time rings
# for itself; one that fails pauses the mailing.
preparers: list[Callable[[Mailing], bool]] = []


def is_ready(mailing: Mailing) -> bool:
    """Whether the first message may leave; makes what is missing."""
    return all(prepare(mailing) for prepare in preparers)
