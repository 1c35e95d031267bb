"""What the engine hands over, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feeder.model.noun import noun

if TYPE_CHECKING:
    from feeder.model.delivery import Answer, Request


@dataclass(frozen=True, slots=True)
class Crew:
    """How many send: threads, and processes beside them (None: one a core, but one), begun at once if `eager`."""

    threads: int = 128
    processes: int | None = None
    eager: bool = False


@noun(frozen=True, slots=True)
class Job:
    """One request. `key` is its delivery's id; jobs of one `webhook` keep their connections together."""

    key: int
    webhook: str
    request: Request = field(repr=False)  # holds addresses and signatures


@noun(frozen=True, slots=True)
class Landed:
    """What became of a job.

    Without an answer, `sent` says whether a byte may have left: False, certainly not; True, its sender was lost
    while it was under way.
    """

    key: int
    answer: Answer | None
    sent: bool


def unsent(job: Job) -> Landed:
    return Landed(job.key, None, sent=False)
