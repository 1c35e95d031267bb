"""What was read, and the truth -> right or wrong, field by field. The rules are told in bench/extraction.py."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feeder.model.document import Reading

TEXTS = ("title", "place", "publisher", "tagline", "caption", "summary", "url", "image")

_MARKS = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″❝❞「」『』", '"'),
        **dict.fromkeys("‘’‚‛`´′", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)
# Thai, Lao, Burmese, Khmer, Japanese, Chinese, Korean syllables: scripts without (dependable) spaces
_WORDS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")
_INLINE = frozenset(["a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "i", "img", "ins", "kbd"])
_INLINE |= {"mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr", "br"}


@dataclass(frozen=True, slots=True)
class Found:
    """What was read: the fields by name, the paragraphs (without captions of pictures), and the whole text."""

    fields: dict[str, Any]
    paragraphs: list[str]
    body: str


def found(reading: Reading) -> Found:
    content = reading.content
    fields = {name: getattr(content, name) for name in (*TEXTS, "language")}
    fields["authors"] = [person.name for person in content.authors]
    fields["categories"] = list(content.categories)
    fields["published"] = reading.published
    return Found(fields, lines(content.html, without="figcaption"), "\n".join(lines(content.html)))


def lines(html: str, without: str = "") -> list[str]:
    """The text of each block of `html`, those of the element `without` left out."""
    from lxml.html import fragment_fromstring

    root = fragment_fromstring(html, create_parent="div")
    for element in list(root.iter()):
        tag = str(element.tag)
        if tag == without:
            element.drop_tree()
        elif tag not in _INLINE or tag == "br":
            element.text = f"\n{element.text or ''}"
            element.tail = f"\n{element.tail or ''}"
    return [line for text in root.text_content().split("\n") if (line := " ".join(text.split()))]


def same_text(value: Any) -> str:
    """`value` as it is compared."""
    text = unicodedata.normalize("NFKC", str(value or "")).translate(_MARKS).replace("''", '"')
    return " ".join(text.casefold().split()).removesuffix(".")


def same(want: Any, got: Any) -> bool:
    return same_text(want) == same_text(got)


def same_day(want: str | None, got: Any) -> bool:
    if want is None or got is None:
        return want is got
    zone = datetime.fromisoformat(want).tzinfo if len(want) > 10 else None
    if isinstance(got, datetime):
        got = (got.astimezone(zone) if zone else got).date()
    return (got.isoformat() if isinstance(got, date) else str(got)[:10]) == want[:10]


def names(value: Any) -> set[str]:
    listed: Iterable[str] = [value] if isinstance(value, str) else (value or ())
    return {same_text(name) for name in listed}


def overlap(want: Any, got: Any) -> float:
    """Jaccard: the share of the names of either that both have."""
    both, either = names(want) & names(got), names(want) | names(got)
    return len(both) / len(either) if either else 1.0


def body_scores(want: str, got: str) -> tuple[float, float]:
    """Precision and recall of the shingles."""
    expected, read = _shingles(want), _shingles(got)
    common = (expected & read).total()
    precision = common / read.total() if read else float(not expected)
    return precision, common / expected.total() if expected else float(not read)


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    """Every four words in a row, how often each; fewer words than four are one."""
    words = _WORDS.findall(same_text(text))
    return Counter(tuple(words[at : at + 4]) for at in range(max(min(len(words), 1), len(words) - 3)))


def _same_language(want: str | None, got: Any) -> bool:
    return str(want or "").split("-")[0].lower() == str(got or "").split("-")[0].lower()


def _same_names(want: Any, got: Any) -> bool:
    return names(want) == names(got)


def _begins(want: str, got: str) -> bool:
    return same_text(got).startswith(same_text(want))


def _ends(want: str, got: str) -> bool:
    return same_text(got).endswith(same_text(want))


def _is_absent(want: list[str], got: str) -> bool:
    return not any(same_text(text) in same_text(got) for text in want)


def _field(name: str) -> Callable[[Found], Any]:
    return lambda got: got.fields[name]


def _paragraph(number: int) -> Callable[[Found], str]:
    return lambda got: got.paragraphs[number] if got.paragraphs else ""


Judge = tuple[Callable[[Found], Any], Callable[[Any, Any], bool]]
JUDGES: dict[str, Judge] = {
    **{name: (_field(name), same) for name in TEXTS},
    "author": (_field("authors"), _same_names),
    "authors": (_field("authors"), _same_names),
    "byline": (_field("authors"), _same_names),
    "categories": (_field("categories"), _same_names),
    "first": (_paragraph(0), same),
    "first_paragraph_begins": (_paragraph(0), _begins),
    "language": (_field("language"), _same_language),
    "last": (_paragraph(-1), same),
    "last_paragraph_ends": (_paragraph(-1), _ends),
    "must_not_be_in_the_body": (lambda got: got.body, _is_absent),
    "paragraphs": (lambda got: len(got.paragraphs), same),
    "published": (_field("published"), same_day),
}
