"""Logs go to stderr, one line each, and what libraries say is heard only when something is wrong."""

from __future__ import annotations

import logging
import re
import sys

_FORM = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
# Their own texts may hold addresses, and addresses of webhooks are secrets.
_QUIET = ("apscheduler", "chardet", "uvicorn", "watchdog")  # urllib3 is silent for good: see net


# All but the line ends of a traceback: a file's name must not steer a terminal.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return _CONTROL.sub(lambda found: repr(found[0])[1:-1], super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        record.name = record.name.removeprefix("feeder.").rpartition(".")[2]
        record.message = record.message.replace("\n", "\\n")
        return super().formatMessage(record)


def setup(*, verbose: bool = False) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine(_FORM))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING if name != "apscheduler" else logging.ERROR)
