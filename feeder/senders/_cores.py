"""Cores, and threads that keep to one.

The interpreter's lock changes hands many times a request. Between threads on one core that is a switch; between
cores it wakes the other one and moves all that both have in use: half as much again of CPU (see bench/delivery).
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache


@cache  # a thread that keeps to one is asked too
def cores() -> tuple[int, ...]:
    """Those that we may run on."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


def stay(allowed: tuple[int, ...]) -> None:
    """Keep this thread to these cores, where the system has a way to say so, and lets us."""
    if hasattr(os, "sched_setaffinity") and allowed:
        with suppress(OSError):  # they may have been taken from us meanwhile: any will do
            os.sched_setaffinity(0, allowed)


def give_way() -> None:
    """Let whoever works on the core of this thread work on when this one is woken, which takes its turn later.

    Else every answer of a receiver interrupts the engine.
    """
    if hasattr(os, "SCHED_BATCH") and os.sched_getscheduler(0) == os.SCHED_OTHER:  # else somebody has decided
        with suppress(OSError):  # it is a favour to the others
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
