"""A call for a limited time: what it gives, what it raises, and that it ends."""

import sys
import threading

import pytest

from kedou.time_limit import TookTooLongError, call_within

LONG = 60.0


def test_it_gives_back_what_the_function_does() -> None:
    assert call_within(LONG, lambda: 3) == 3
    with pytest.raises(KeyError):
        call_within(LONG, lambda: {}["no"])
    with pytest.raises(RuntimeError, match="SystemExit"):
        call_within(LONG, sys.exit)


def test_what_goes_on_for_ever_is_stopped() -> None:
    ended = threading.Event()

    def endless() -> None:
        try:
            while True:
                try:
                    ended.is_set()
                except Exception:
                    continue
        finally:
            ended.set()

    with pytest.raises(TookTooLongError):
        call_within(0.05, endless)
    assert ended.wait(LONG)


def test_what_does_not_come_back_from_c_is_left_alone() -> None:
    gate = threading.Lock()
    gate.acquire()
    with pytest.raises(TookTooLongError):
        call_within(0.05, gate.acquire)
    gate.release()
