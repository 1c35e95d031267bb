"""YAML text -> the parser's events, and PyYAML's complaints in our words; the only user of PyYAML.

Events and no more, since PyYAML's own composer overflows the stack where brackets nest deeply and repeats what
an alias names without end.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

# What PyYAML complains of -> what a person can do about it. Its own words can quote the value: they stay here.
_HINTS = (
    (r"found character '\\t'", "a tab stands where YAML wants spaces; indent with spaces"),
    (r"found character .* that cannot start", "a value that begins with @, ` or % needs quotes"),
    (r"scanning an (alias|anchor)", 'a value that begins with * or & needs quotes, as in "*/5 * * * *"'),
    (r"mapping values are not allowed", 'a ":" stands where none can; quote the value or mend the indentation'),
    (r"could not find expected ':'", 'a ":" is missing after a key'),
    (r"quoted scalar.*found unexpected (end of stream|document)", "a quote is opened here and never closed"),
    (r"expected ',' or", "a bracket is opened here and not closed, or a comma is missing"),
    (r"unknown escape|expected escape sequence", r"a \ in double quotes begins no known escape; write \\"),
    (r"expected <block end>", "this does not fit the lines above; mend the indentation, a quote or a bracket"),
    (r"expected the node content", "a value is missing"),
)
_OTHERWISE = "this is no YAML; look for a wrong indentation, a missing quote or bracket"


class Mark(NamedTuple):
    """A line and a column, counted from 1."""

    line: int
    column: int


class NotYamlError(Exception):
    """Never leaves this room."""

    def __init__(self, mark: Mark, text: str) -> None:
        self.mark, self.text = mark, text
        super().__init__(text)


def events(text: str) -> Iterator[yaml.Event]:
    """The events of `text`; raises NotYamlError where it stops being YAML."""
    try:
        yield from yaml.parse(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        raise _translated(error) from None
    except yaml.reader.ReaderError as error:
        raise NotYamlError(mark_at(text, error.position), "a control character cannot stand here") from None
    except (ValueError, OverflowError):  # PyYAML hands "\UFFFFFFFF" to chr()
        raise NotYamlError(Mark(1, 1), r"a \U in double quotes names no character") from None


def mark_of(mark: Any) -> Mark:
    return Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)


def _translated(error: yaml.MarkedYAMLError) -> NotYamlError:
    complaint = f"{error.context or ''}: {error.problem or ''}"
    text = next((hint for pattern, hint in _HINTS if re.search(pattern, complaint)), _OTHERWISE)
    opened = "opened here" in text
    return NotYamlError(mark_of(error.context_mark if opened else error.problem_mark), text)


def mark_at(text: str, position: int) -> Mark:
    before = text[:position]
    return Mark(before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)
