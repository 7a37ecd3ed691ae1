"""BLAS is on one thread inside, whoever is inside already and whatever was lifted meanwhile."""

import subprocess
import sys
import threading

import numpy as np
import scipy.linalg  # noqa: F401
from threadpoolctl import threadpool_info, threadpool_limits

from kedou.blas import one_thread


def counts():
    assert np.ones(2) @ np.ones(2) == 2.0  # its BLAS is loaded
    return {info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"}


def test_it_holds_to_the_end_of_the_outermost():
    with threadpool_limits(2, user_api="blas"), one_thread():
        with one_thread():
            assert counts() == {1}
        assert counts() == {1}


def test_who_enters_holds_it_anew_where_it_was_lifted_while_another_stays_inside():
    inside, leave = threading.Event(), threading.Event()

    def stay():
        with one_thread():
            inside.set()
            leave.wait(10)

    with threadpool_limits(2, user_api="blas"):
        thread = threading.Thread(target=stay)
        thread.start()
        assert inside.wait(10)
        threadpool_limits(2, user_api="blas")
        assert counts() == {2}
        with one_thread():
            assert counts() == {1}
        leave.set()
        thread.join()


BROUGHT_LATER = """
from kedou.blas import one_thread
from threadpoolctl import threadpool_info
def counts():
    return [info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"]
with one_thread():
    import scipy.linalg
    before = counts()
    with one_thread():
        print(set(counts()) == {1}, end=" ")
print(counts() == before)
"""


def test_a_blas_that_is_brought_later_is_held_and_let_go_again():
    done = subprocess.run(
        [sys.executable, "-c", BROUGHT_LATER], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True"]
