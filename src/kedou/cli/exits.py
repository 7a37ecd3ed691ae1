"""Exit codes: what a script may build on. ``kedou --help`` prints them."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended.

    ====  ==============  =====================================================================
    code  name            when
    ====  ==============  =====================================================================
    0     DONE            what was asked for is done; a fit has converged
    1     INTERNAL        an error of Kedou's own
    2     USAGE           the command line makes no sense
    3     DATA            the data or a file cannot be used, read or written
    4     NOT_CONVERGED   the fit is slow, looping or stepped over; its summary is printed
    5     DIVERGED        the fit diverged or went uphill; its summary is printed, no model kept
    130   INTERRUPTED     Ctrl-C
    ====  ==============  =====================================================================
    """

    DONE = 0
    INTERNAL = 1
    USAGE = 2
    DATA = 3
    NOT_CONVERGED = 4
    DIVERGED = 5
    INTERRUPTED = 130


OF_OUTCOME = {
    "converged": Exit.DONE,
    "slow": Exit.NOT_CONVERGED,
    "looping": Exit.NOT_CONVERGED,
    "stepped-over": Exit.NOT_CONVERGED,
    "wrong-direction": Exit.DIVERGED,
    "wrong-gradient": Exit.DIVERGED,
    "diverged": Exit.DIVERGED,
}
