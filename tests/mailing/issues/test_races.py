"""Colleagues who move, take out, add and save at once, on real connections: the order stays gapless, words stay."""

import pytest

from mailing.issues import blocks, drafting
from mailing.issues.blocks import Typed, Words
from mailing.issues.drafting import Head
from mailing.models import Block, BlockText, Mailing
from tests.mailing.test_dispatch_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def five(issue, officer):
    """The issue with five blocks."""
    for _number in range(4):
        blocks.add(issue, "text", actor=officer)
    return list(Block.objects.filter(mailing=issue).order_by("position"))


def positions(issue):
    return list(Block.objects.filter(mailing=issue).order_by("position").values_list("position", flat=True))


def test_many_who_move_at_once_leave_every_block_in_a_gapless_order(issue, five, officer, approver):
    moves = [
        lambda block=block, down=down, who=who: blocks.move(block, down=down, actor=who)
        for block in five
        for down, who in ((True, officer), (False, approver))
    ]
    given = at_once(*moves)
    assert not [one for one in given if isinstance(one, Exception)]
    assert positions(issue) == [1, 2, 3, 4, 5]
    assert {block.pk for block in five} == set(Block.objects.values_list("pk", flat=True))


def test_moving_taking_out_and_adding_at_once_leave_no_gap(issue, five, officer, approver):
    given = at_once(
        lambda: blocks.remove(five[1], actor=officer),
        lambda: blocks.move(five[2], down=True, actor=approver),
        lambda: blocks.add(issue, "button", after=five[0].pk, actor=officer),
        lambda: blocks.remove(five[1], actor=approver),
        lambda: blocks.move(five[1], down=True, actor=approver),
    )
    assert not [one for one in given if isinstance(one, Exception)]
    assert positions(issue) == [1, 2, 3, 4, 5]
    assert not Block.objects.filter(pk=five[1].pk).exists()
    removed = [given[0], given[3]]
    assert sorted(removed) == [False, True]


def test_of_two_who_save_one_block_at_once_one_is_shown_the_others_words(issue, five, officer, approver):
    head = Head("November", "", False, 1)

    def save(words, who, page):
        typed = [Typed(five[0].pk, Words(words), edition=1)]
        mailing = Mailing.objects.get(pk=issue.pk)
        return drafting.save_page(mailing, "en", Head(head.subject, "", False, 1, page), typed, actor=who)

    given = at_once(lambda: save("Mine", officer, "a"), lambda: save("Theirs", approver, "b"))
    refused = [one for one in given if one.is_refused]
    kept = BlockText.objects.get(block=five[0]).heading
    assert len(refused) == 1
    assert refused[0].blocks.conflicts[five[0].pk].heading == kept
    assert kept in ("Mine", "Theirs")


def test_of_two_who_save_different_blocks_at_once_both_are_kept(issue, five, officer, approver):
    def save(block, words, who):
        mailing = Mailing.objects.get(pk=issue.pk)
        typed = [Typed(block.pk, Words(words))]
        return drafting.save_page(mailing, "en", Head("November", "", False, 1, words), typed, actor=who)

    at_once(lambda: save(five[1], "Mine", officer), lambda: save(five[2], "Theirs", approver))
    assert BlockText.objects.get(block=five[1]).heading == "Mine"
    assert BlockText.objects.get(block=five[2]).heading == "Theirs"


def test_saving_a_block_that_goes_at_the_same_time_loses_no_word(issue, five, officer, approver):
    def save():
        mailing = Mailing.objects.get(pk=issue.pk)
        typed = [Typed(five[1].pk, Words("Precious"))]
        return drafting.save_page(mailing, "en", Head("November", "", False, 1, "a"), typed, actor=officer)

    saved, removed = at_once(save, lambda: blocks.remove(five[1], actor=approver))
    assert removed is True
    # Either it was saved before it went, or the page is told what it could not save.
    assert saved.changed or [one.words.heading for one in saved.blocks.gone] == ["Precious"]


def test_one_language_added_twice_at_once_is_there_once(issue, five, officer, approver):
    given = at_once(*[lambda who=who: drafting.add_language(issue, "fr", actor=who) for who in (officer, approver)])
    assert sum(isinstance(one, Exception) for one in given) == 1
    assert issue.contents.filter(language="fr").count() == 1
    assert BlockText.objects.filter(block__mailing=issue, language="fr").count() == 5


def test_issues_begun_at_once_have_numbers_of_their_own(issue, monthly, officer, approver):
    begin = [
        lambda who=who: drafting.begin(monthly, title="At once", language="en", actor=who)
        for who in (officer, approver, officer, approver)
    ]
    given = at_once(*begin)
    assert len({one.reference for one in given}) == 4
