"""Every error that feeder raises, in one tree.

    FeederError
    ├── ConfigError      the configuration is wrong: all its problems at once          exit 2
    ├── UsageError       a command was asked for something that is not there          exit 2
    ├── StoreError       the database refused, is full, or cannot be reached          exit 1
    │   ├── StoreInUse   another daemon has it                                         exit 3
    │   └── StoreGone    its file was deleted or replaced while it was open            exit 1
    ├── SourceError      a source as a whole cannot be looked at (folder gone, …)
    ├── FetchError       an address could not be fetched
    ├── Unreadable       one document cannot become an article: to the quarantine
    │   ├── Passing      … just now; it is tried again
    │   └── Claimed      … because another document already is that article
    ├── NotYet           one document asks to wait (a draft, a date to come)
    ├── RequestError     the request of one delivery cannot be made as it is configured
    ├── TooHard          what was to be read in a process of its own overran its limits, or broke it
    └── FormatError      one article cannot be written in one format

Errors of libraries are translated where that library lives. An error carries its subject.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta


class FeederError(Exception):
    """Something that a person can act on; its text is one line and holds no secret."""

    exit_status = 1


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a configuration file, and where (line and column count from 1)."""

    file: str
    line: int
    column: int
    path: str
    text: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}: "
        return f"{where}{self.path}: {self.text}" if self.path else f"{where}{self.text}"


class ConfigError(FeederError):
    """The configuration is wrong. `problems` names every one of them."""

    exit_status = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(FeederError):
    """A command was asked for something that is not there."""

    exit_status = 2


class StoreError(FeederError):
    """The store refused. Nothing of the transaction was kept."""


class StoreInUse(StoreError):
    """Another daemon has the store."""

    exit_status = 3


class StoreGone(StoreError):
    """The database file is not the one that was opened; only a new start can help."""


class SourceError(FeederError):
    """A source as a whole cannot be looked at now; the others go on. `rest` is for how long it asks to be left."""

    def __init__(self, source: str, reason: str, rest: timedelta | None = None) -> None:
        self.source, self.reason, self.rest = source, reason, rest
        super().__init__(f"source {source}: {reason}")


class FetchError(FeederError):
    """An address could not be fetched. `status` is that of the answer, if there was one.

    `rest` is for how long the server asks to be left alone. No part of the address is in its text.
    """

    def __init__(self, reason: str, status: int | None = None, rest: timedelta | None = None) -> None:
        self.reason, self.status, self.rest = reason, status, rest
        super().__init__(reason)


class Unreadable(FeederError):
    """This document cannot become an article; `reason` says why and what would be right."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Passing(Unreadable):
    """This document cannot be read just now; it is tried again at the next look."""


class Claimed(Unreadable):
    """This document says that it is an article which another document of its source, `by`, states already."""

    def __init__(self, native: str, by: str) -> None:
        self.by = by
        super().__init__(f'its id "{native}" is already that of {by}; give it one of its own')


class NotYet(FeederError):
    """This document asks to wait: a draft (`until` is None) or a date to come (aware, UTC)."""

    def __init__(self, reason: str, until: datetime | None = None) -> None:
        self.reason, self.until = reason, until
        super().__init__(reason)


class TooHard(FeederError):
    """A call overran its time or memory, or ended its process. `passing`: that was the machine's fault."""

    def __init__(self, reason: str, *, passing: bool = False) -> None:
        self.reason, self.passing = reason, passing
        super().__init__(reason)


class RequestError(FeederError):
    """The request of one delivery cannot be made as its webhook is configured; `reason` says what is wrong."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class FormatError(FeederError):
    """One article cannot be written in one format; the feed goes on without it."""

    def __init__(self, article: str, reason: str) -> None:
        self.article, self.reason = article, reason
        super().__init__(f"article {article}: {reason}")
