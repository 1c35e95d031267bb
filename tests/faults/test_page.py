"""docs/faults.md names the fifty rows, and every row has a test or is said to have none yet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.faults import page
from tests.faults.page import PAGE, Found
from tests.faults.rows import PENDING, ROWS

HERE = Path(__file__).parent
SHOWN = {
    int(number)
    for path in HERE.glob("test_*.py")
    for number in re.findall(r"^def test_row_([0-9]{2})_", path.read_text("utf-8"), re.MULTILINE)
}
REPORT = """<testsuites><testsuite>
<testcase name="test_row_12_a"><properties><property name="fault" value="12"/><property name="on" value="SQLite"/>
<property name="seen" value="b"/><property name="seen" value="a"/></properties></testcase>
<testcase name="test_row_12_b"><properties><property name="fault" value="12"/></properties>{broken}</testcase>
<testcase name="test_of_something_else"><failure message="no matter"/></testcase>
</testsuite></testsuites>"""


def test_there_are_fifty_rows() -> None:
    assert list(ROWS) == list(range(1, 51))


def test_every_row_has_a_test_or_is_pending() -> None:
    assert ROWS.keys() - SHOWN == PENDING
    assert ROWS.keys() >= SHOWN


def test_the_page_names_exactly_the_fifty_rows_in_the_words_of_today() -> None:
    lines = re.findall(
        r"^\| ([0-9]+) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", PAGE.read_text("utf-8"), re.MULTILINE
    )
    assert [(int(number), fault, does) for number, fault, does, _, _ in lines] == [
        (it.number, it.fault, it.does) for it in ROWS.values()
    ]
    assert {int(number) for number, _, _, seen, _ in lines if seen == "not shown yet"} == PENDING


def test_a_report_becomes_what_was_seen_and_where(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT.format(broken=""))
    assert page.read(report) == {12: Found(well=True, on={"SQLite"}, seen={"a", "b"})}
    assert "| a; b | SQLite |" in page.page(page.read(report))


@pytest.mark.parametrize("broken", ["<failure/>", "<error/>", "<skipped/>"])
def test_a_row_with_one_test_that_failed_or_did_not_run_is_not_shown(tmp_path: Path, broken: str) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT.format(broken=broken))
    assert not page.read(report)[12].well
    assert "| **failed** | SQLite |" in page.page(page.read(report))
    assert page.main(["--check", str(report)]).startswith("failed: [12]")
