"""Recipients for the fault tests."""

from mailing.dispatch.store import make_chunks
from mailing.models import Mailing
from tests.factories import ContactFactory
from tests.letters import letter_being_sent, queue


def mailing_to_many_domains(people: int, *, chunk: int = 500, **fields) -> Mailing:
    """A mailing that is being sent, each recipient of a domain of their own.

    So a server that says "later" for one slows nobody else down (the throttle by domain has tests of its own).
    """
    mailing = letter_being_sent(0, **fields)
    for number in range(people):
        queue(mailing, ContactFactory(email=f"someone@d{number}m{mailing.pk}.example"))
    Mailing.objects.filter(pk=mailing.pk).update(recipients=people, matched=people)
    make_chunks(mailing.pk, chunk)
    mailing.refresh_from_db()
    return mailing
