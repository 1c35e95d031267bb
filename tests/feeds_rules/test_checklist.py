"""Each of the 102 rules of good feeds has a test named after it, or a line in docs/feeds.md that says why not."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "feeds.md").read_text("utf-8")
_NAMED = re.compile(r"test_rule_(\d{2,3})_")
# A row of the table: the rule's number, what it says, and what keeps it.
_ROW = re.compile(r"^\| (\d{1,3}) \| (.+?) \| (.+?) \|$", re.MULTILINE)


@cache
def rows() -> dict[int, tuple[str, str]]:
    return {int(number): (says, kept) for number, says, kept in _ROW.findall(PAGE)}


@cache
def named_tests() -> dict[int, set[str]]:
    """The files that have a test of each rule, as paths below the repository."""
    found: dict[int, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text("utf-8")
        if "test_rule_" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and (name := _NAMED.match(node.name)):
                found.setdefault(int(name[1]), set()).add(path.relative_to(ROOT).as_posix())
    return found


def test_the_page_has_a_row_for_each_of_the_102_rules() -> None:
    assert sorted(rows()) == list(range(1, 103))
    assert all(says.strip() and kept.strip() for says, kept in rows().values())


@pytest.mark.parametrize("rule", range(1, 103))
def test_each_rule_has_a_test_named_after_it_or_a_reason(rule: int) -> None:
    """A row says in which files its tests are; `Not:` begins a reason why there is none."""
    _, kept = rows()[rule]
    there = named_tests().get(rule, set())
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", kept))
    assert there or kept.startswith("Not:"), f"rule {rule} has neither a test test_rule_{rule:02}_… nor a reason"
    assert named <= there, f"rule {rule}: the page names {named - there}, where no such test is"
    assert named or not there, f"rule {rule}: the page does not say that its tests are in {there}"
    assert not (kept.startswith("Not:") and there), f"rule {rule} has a test, and the page says why it has none"
