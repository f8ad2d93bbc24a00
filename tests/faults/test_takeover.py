"""What a dead worker leaves is taken over and comes to an end, also where it was the last of its chunk."""

import pytest

from mailing.dispatch import sending
from mailing.dispatch.claiming import claim_chunk
from mailing.dispatch.clock import ticks
from mailing.dispatch.window import open_window
from tests.letters import expire_leases, letter_being_sent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("kind", ["letter", "newsletter"])
def test_a_chunk_whose_last_window_was_lost_is_done_and_not_taken_for_ever(kind, catcher, settings, journal_folder):
    settings.SMTP_URL = catcher.url
    mailing = letter_being_sent(1, kind=kind)
    claim = claim_chunk(mailing.pk, "lost")
    assert open_window(claim, mailing)
    expire_leases()
    began = ticks()

    # No sweep comes first: the next worker finds it.
    sending.run(mailing.pk, budget=3.0)

    assert ticks() - began < 2
    assert set(mailing.chunks.values_list("state", "owner")) == {("done", "")}
    mailing.refresh_from_db()
    assert mailing.status == "finished"
