r"""A folder of documents, the truth beside each -> the share of every field that the extractors read right.

    python -m bench.extraction FOLDER [--misses]

A document is `NAME.txt`, `.md`, `.html`, `.htm`, `.eml`, or a feed: `NAME.xml`, `.rss`, `.atom`, `.feed.json`. Its
truth is `NAME.json`, an object. Only the keys that it has are judged; `null` means that the field must be empty.

    title place publisher tagline caption summary url image        one text each
    published                        YYYY-MM-DD or RFC 3339; judged by the day it names in its own zone
    language                         judged by its first part: `en` is `en-GB`
    author, authors, byline          a name or a list of names; right when all are there and no other
    categories                       likewise
    first, last                      the whole first, the whole last paragraph
    first_paragraph_begins, last_paragraph_ends          a part of it
    paragraphs                       how many there are
    must_not_be_in_the_body          a list of texts that a reader must have taken out
    body                             the whole text, paragraphs apart by white space
    entries                          of a feed: a list of {id, title, link, published}
    arrived                          when the document came (RFC 3339), for dates without a year; not judged
    about                            a remark; not judged

Texts are equal when they are so after Unicode's NFKC, lower case, one sort of quotation marks, of apostrophes, of
dashes and of white space, and without a full stop at the end. Of authors there is
also the mean overlap (Jaccard).

`body` is scored as the article-extraction-benchmark of scrapinghub does it
(https://github.com/scrapinghub/article-extraction-benchmark): shingles of four words, counted as a bag; precision
and recall of each document, their means over all documents, and F1 of the two means. A word is `\w+`; a character
of a script that has no spaces is a word of its own.

Entries of a feed are matched by id, else link, else title, and each is judged on what its truth has; `entries` is
the share of feeds that have all of them and no other. A document that cannot be read is wrong in every field.
Milliseconds are of reading alone, after one warming round over the first document of each kind.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from statistics import mean, quantiles
from typing import TYPE_CHECKING, Any

from bench._sameness import JUDGES, Found, body_scores, found, overlap, same, same_day
from feeder.errors import FeederError
from feeder.extractors import read
from feeder.model.document import Document, Hints, Reading
from feeder.sources._feed_parse import items

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = {
    ".eml": "message/rfc822",
    ".htm": "text/html",
    ".html": "text/html",
    ".md": "text/markdown",
    ".txt": "text/plain",
}
FEEDS = (".atom", ".feed.json", ".rss", ".xml")
ENTRY = ("id", "title", "link", "published")
JUDGED = {*JUDGES, "body", "entries"}
NOT_JUDGED = {"about", "arrived"}
GOOD_BODY = 0.8  # below it, of precision or recall, a body is told as a miss

Entries = list[dict[str, Any]]


class WrongTruth(Exception):
    """A truth that cannot be judged by; its text names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Miss:
    file: str
    field: str
    expected: Any
    got: Any


@dataclass(slots=True)
class Score:
    """What was right (0 to 1 for each document that was judged), by kind of file and field."""

    shares: dict[str, dict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    misses: list[Miss] = field(default_factory=list)

    def share(self, kind: str, name: str) -> float:
        return mean(self.shares[kind][name])

    def judge(self, kind: str, file: str, name: str, expected: Any, got: Any, right: bool) -> None:  # noqa: FBT001
        self.shares[kind][name].append(float(right))
        if not right:
            self.misses.append(Miss(file, name, expected, got))


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m bench.extraction", description="Judge the extractors.")
    options.add_argument("folder", type=Path)
    options.add_argument(
        "--misses", action="store_true", help="each miss: the field, what was expected, what was got"
    )
    said = options.parse_args(arguments)
    try:
        score = judged(said.folder)
    except WrongTruth as error:
        print(error, file=sys.stderr)
        return 2
    if said.misses:
        _tell_misses(score)
    _tell(score)
    return 0


def judged(folder: Path) -> Score:
    """Every document of `folder` that has a truth, read and compared; `WrongTruth` before anything is read."""
    pairs = [(path, truth(path.with_name(f"{stem}.json"))) for path, stem in _documents(folder)]
    if not pairs:
        raise WrongTruth(f"{folder}: no document with its truth beside it; see bench/extraction.py")
    score, warm = Score(), set[str]()
    for path, want in pairs:
        if (kind := _kind(path)) not in warm:
            warm.add(kind)
            _read(path, want)
        began = time.perf_counter()
        got = _read(path, want)
        score.seconds[kind].append(time.perf_counter() - began)
        (_judge_feed if "entries" in want else _judge)(score, kind, path.name, want, got)
    return score


def truth(path: Path) -> dict[str, Any]:
    """The truth in `path`; `WrongTruth` when it has a key that nobody judges."""
    try:
        want = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise WrongTruth(f"{path}: {error}") from error
    if not isinstance(want, dict):
        raise WrongTruth(f"{path}: it is no object of keys and values")
    for key in want:
        if key not in JUDGED | NOT_JUDGED:
            raise WrongTruth(f"{path}: unknown key {key!r}; there are {', '.join(sorted(JUDGED | NOT_JUDGED))}")
    return want


def _documents(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each document and the name that its truth has; those without a truth are told of and left out."""
    for path in sorted(folder.iterdir()):
        stem = path.name.removesuffix(_kind(path)) if _kind(path) else ""
        if stem and folder.joinpath(f"{stem}.json").is_file():
            yield path, stem
        elif stem:
            print(f"{path}: no {stem}.json beside it; left out", file=sys.stderr)


def _kind(path: Path) -> str:
    return next((ending for ending in (*KINDS, *FEEDS) if path.name.endswith(ending)), "")


def _read(path: Path, want: dict[str, Any]) -> Any:
    """What was read: a Reading, or the entries of a feed; or the error as text."""
    try:
        return _feed(path.read_bytes()) if "entries" in want else _article(path, want)
    except FeederError as error:
        return f"{type(error).__name__}: {error}"


def _article(path: Path, want: dict[str, Any]) -> Reading:
    body = path.read_bytes()
    arrived = datetime.fromisoformat(want["arrived"]) if "arrived" in want else datetime.now(UTC)
    media_type = KINDS.get(_kind(path), "application/xml")
    document = Document("bench", path.name, "", media_type, body, arrived, sha256(body).hexdigest())
    return read(document, Hints(UTC, "", arrived))


def _feed(body: bytes) -> Entries:
    """Each entry by the names that a truth has."""
    return [
        {
            "id": item.get("id"),
            "title": item.get("title"),
            "link": item.get("url"),
            "published": item.get("date_published"),
        }
        for item in items(body)
    ]


# ---------------------------------------------------------------- one document


def _judge(score: Score, kind: str, file: str, want: dict[str, Any], got: Reading | str) -> None:
    article = found(got) if isinstance(got, Reading) else None
    score.judge(kind, file, "(read)", "an article", got, article is not None)
    for name in want.keys() & JUDGES.keys():
        pick, equal = JUDGES[name]
        value = pick(article) if article else got
        score.judge(kind, file, name, want[name], value, article is not None and equal(want[name], value))
    _judge_parts(score, kind, file, want, article)


def _judge_parts(score: Score, kind: str, file: str, want: dict[str, Any], article: Found | None) -> None:
    """What can be right in part: who wrote it, and the body."""
    shares = score.shares[kind]
    if people := want.get("authors") or want.get("author") or want.get("byline"):
        shares["authors, overlap"].append(overlap(people, article.fields["authors"]) if article else 0.0)
    if "body" in want:
        precision, recall = body_scores(want["body"], article.body) if article else (0.0, 0.0)
        shares["body, precision"].append(precision)
        shares["body, recall"].append(recall)
        if min(precision, recall) < GOOD_BODY:
            name = f"body, precision {precision:.2f}, recall {recall:.2f}"
            score.misses.append(Miss(file, name, want["body"], article and article.body))


# ---------------------------------------------------------------- feeds


def _judge_feed(score: Score, kind: str, file: str, want: dict[str, Any], got: Entries | str) -> None:
    read_entries = got if isinstance(got, list) else []
    pairs = [(entry, _match(entry, read_entries)) for entry in want["entries"]]
    whole = len(read_entries) == len(pairs) and all(match for _, match in pairs)
    score.judge(kind, file, "entries", len(pairs), got if isinstance(got, str) else len(got), whole)
    for entry, match in pairs:
        for name in ENTRY:
            if name in entry:
                value = match.get(name)
                right = (same_day if name == "published" else same)(entry[name], value)
                score.judge(kind, file, f"entry's {name}", entry[name], value, right)


def _match(entry: dict[str, Any], entries: Entries) -> dict[str, Any]:
    """The entry that is the same, an empty one when there is none."""
    for name in ("id", "link", "title"):
        for one in entries:
            if entry.get(name) and same(entry[name], one.get(name)):
                return one
    return {}


# ---------------------------------------------------------------- what a person sees


def _tell(score: Score) -> None:
    for kind, shares in sorted(score.shares.items()):
        spent = [1000 * seconds for seconds in score.seconds[kind]]
        high = quantiles(spent, n=20)[18] if len(spent) > 1 else spent[0]
        print(f"{kind}   {len(spent)} documents, {mean(spent):.1f} ms each, p95 {high:.1f} ms")
        for name, rights in sorted(shares.items()):
            print(f"    {name:26} {100 * mean(rights):6.1f} %  of {len(rights)}")
        if "body, recall" in shares:
            print(f"    {'body, F1':26} {100 * f1(score, kind):6.1f} %  of {len(shares['body, recall'])}")


def f1(score: Score, kind: str) -> float:
    precision, recall = score.share(kind, "body, precision"), score.share(kind, "body, recall")
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _tell_misses(score: Score) -> None:
    for miss in score.misses:
        print(
            f"{miss.file}: {miss.field}\n    expected  {_short(miss.expected)}\n    got       {_short(miss.got)}"
        )


def _short(value: Any) -> str:
    return "nothing" if value in (None, "", []) else str(value)[:200]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
