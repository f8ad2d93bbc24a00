"""Fail points kill whom they should, where tests allow it, and nobody else."""

import os
import signal

import pytest
from django.core.exceptions import ImproperlyConfigured

from mailing.dispatch import failpoints
from tests.patience import end_of


@pytest.fixture(autouse=True)
def no_traps_left(settings):
    settings.ALLOW_FAILPOINTS = True
    yield
    failpoints.arm("")


def end_of_a_process(spec, seed="", passes=1, point="c6") -> int:
    """Fork, pass the point so many times, and give the signal that ended the child, or 0."""
    child = os.fork()
    if child == 0:
        failpoints.arm(spec, seed)
        for _pass in range(passes):
            failpoints.failpoint(point)
        os._exit(0)
    status = end_of(child, 20)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def test_a_point_that_is_not_named_does_nothing():
    assert end_of_a_process("c9:1", passes=100) == 0
    assert end_of_a_process("", passes=100) == 0


def test_a_named_point_kills_its_own_process():
    assert end_of_a_process("c9:1,c6:1") == signal.SIGKILL


def test_a_chance_is_a_chance():
    ends = [end_of_a_process("c6:0.05", seed=str(number), passes=10) for number in range(40)]
    assert set(ends) == {0, signal.SIGKILL}


def test_exactly_one_process_dies_of_a_point_with_a_file(tmp_path):
    marker = tmp_path / "died"
    ends = [end_of_a_process(f"c6:1@{marker}", passes=3) for _number in range(4)]
    assert ends == [signal.SIGKILL, 0, 0, 0]
    assert marker.exists()


def test_a_parent_can_be_the_victim(tmp_path):
    child = os.fork()
    if child == 0:
        end_of_a_process("c6/parent:1")
        os._exit(0)
    status = end_of(child, 20)
    assert os.WTERMSIG(status) == signal.SIGKILL


def test_production_refuses_to_start_with_traps(settings):
    settings.ALLOW_FAILPOINTS = settings.DEBUG = False
    with pytest.raises(ImproperlyConfigured, match="remove it"):
        failpoints.arm("c6:0.02")
    failpoints.arm("")


@pytest.mark.parametrize("spec", ["c6", "c6:often", "c6:1.5", "c6/aunt:1", ":1"])
def test_what_cannot_be_read_is_refused(spec):
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        failpoints.arm(spec)
