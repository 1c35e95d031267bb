"""Text of the kind format=flowed -> lines as long as their paragraphs: RFC 3676."""

from __future__ import annotations

import re

_QUOTES = re.compile(r">*")


def unflowed(text: str, *, delete_space: bool) -> str:
    """A line that ends in a space goes on in the next of the same depth of quotes; `-- ` never does."""
    out: list[str] = []
    depth, going_on = 0, False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        quotes = _QUOTES.match(line)
        level = quotes.end() if quotes else 0
        bare = line[level:].removeprefix(" ")  # stuffed, so that no line begins with a quote or a From
        signature = bare == "-- "
        if going_on and level == depth and bare and not signature:
            out[-1] += bare
        else:
            out.append(f"{'>' * level} {bare}" if level else bare)
        depth, going_on = level, bare.endswith(" ") and not signature
        if going_on and delete_space:
            out[-1] = out[-1][:-1]
    return "\n".join(out)
