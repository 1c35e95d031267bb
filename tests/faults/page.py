"""A JUnit report of tests/faults -> docs/faults.md: `python -m tests.faults.page [--check] [REPORT.xml]`.

Without a report the tests are run first. `--check` writes nothing and fails when the page says something else.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.rows import CHAPTERS, PENDING, ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.faults.rows import Row

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "faults.md"
HEAD = """\
# Fifty faults

What can go wrong between a newsroom and those that it tells, and what `feeder` does then. Every line is a test
with a real receiver, or a real daemon, that commits the fault on one machine's loopback. This page is written from
what the tests saw; a release whose tests saw something else does not go out.

"Delivered", "tried again" and "given up" are what `feeder deliveries list` shows afterwards, not only what came
over the wire. Where a receiver is at fault, a second webhook, at a receiver that is well, was told everything
meanwhile.

See for yourself, all of them or one:

```sh
.venv/bin/pytest tests/faults
.venv/bin/pytest tests/faults -k row_33
FEEDER_KILLS=1000 .venv/bin/pytest tests/faults -k row_33
```

The column "on" says what the test ran on: `SQLite` and `PostgreSQL` are the store under a dispatcher in the test's
own process, whose clock is turned by hand, so that days pass in no time; `daemon` is `feeder run` in a process of
its own.
"""


@dataclass(slots=True)
class Found:
    """What the tests of one row have shown."""

    well: bool = True
    on: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)


def read(report: Path) -> dict[int, Found]:
    """What a report tells of rows; other tests in it are passed over."""
    found: dict[int, Found] = defaultdict(Found)
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - pytest's own
        told = [(it.get("name", ""), it.get("value", "")) for it in case.iter("property")]
        for number in (int(value) for name, value in told if name == "fault"):
            row = found[number]
            row.on.update(value for name, value in told if name == "on")
            row.seen.update(value for name, value in told if name == "seen")
            row.well &= not {"failure", "error", "skipped"} & {it.tag for it in case}
    return found


def page(found: Mapping[int, Found]) -> str:
    chapters = (f"\n## {it.title}\n\n{_table(it.rows, found)}" for it in CHAPTERS)
    return HEAD + "".join(chapters)


def _table(rows: Iterable[Row], found: Mapping[int, Found]) -> str:
    lines = [_line(it, found.get(it.number)) for it in rows]
    return "\n".join(
        ["| # | fault | what feeder does | seen | on |", "| --- | --- | --- | --- | --- |", *lines, ""]
    )


def _line(row: Row, found: Found | None) -> str:
    if found is None:
        seen, where = "not shown yet", ""
    else:
        seen = "; ".join(sorted(found.seen)) if found.well else "**failed**"
        where = ", ".join(sorted(found.on))
    return f"| {row.number} | {row.fault} | {row.does} | {seen.replace('|', chr(92) + '|')} | {where} |"


def _run(report: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", "tests/faults"], cwd=ROOT, check=False
    )


def main(words: list[str]) -> str:
    """What is wrong; empty when all is well."""
    check, reports = "--check" in words, [Path(it) for it in words if not it.startswith("-")]
    with tempfile.TemporaryDirectory() as folder:
        report = reports[0] if reports else Path(folder) / "report.xml"
        if not reports:
            _run(report)
        found = read(report)
    wrong = sorted(number for number, it in found.items() if not it.well)
    if wrong or found.keys() != ROWS.keys() - PENDING:
        return f"failed: {wrong}; without a test: {sorted(ROWS.keys() - PENDING - found.keys())}"
    if not check:
        PAGE.write_text(page(found), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page(found):
        return "docs/faults.md does not say what the tests saw; python -m tests.faults.page writes it"
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
