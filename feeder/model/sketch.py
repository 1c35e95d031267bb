"""The words of a text -> a small sketch by which texts are compared.

The smallest hashes of its phrases of four words, at most 200: their overlap estimates how many phrases two texts
share (Broder, On the resemblance and containment of documents, 1997), as well as 128 permutations do.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from heapq import nsmallest
from html import unescape
from zlib import crc32

_TAG = re.compile(r"<[^<>]*>")
# Chinese and Japanese are written without spaces: there a character counts as a word.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_ASCII_WORD = re.compile("[a-z0-9]+")  # the same, in a fraction of the time
_PHRASE = 4
_SIZE = 200
LEAST = 5  # of the hashes are enough to find what shares two thirds of them
_LONGEST = 20_000  # words; what comes behind them changes no decision


@dataclass(frozen=True, slots=True)
class Sketch:
    """`phrases` is how many different ones the text has; `hashes` are the smallest of theirs, sorted."""

    phrases: int
    hashes: tuple[int, ...]

    @property
    def least(self) -> tuple[int, ...]:
        return self.hashes[:LEAST]

    def packed(self) -> bytes:
        return array("I", self.hashes).tobytes()

    @classmethod
    def unpacked(cls, phrases: int, packed: bytes) -> Sketch:
        return cls(phrases, tuple(array("I", packed)))

    def resembles(self, other: Sketch) -> float:
        """The estimated share of phrases that both have among all that either has (Jaccard)."""
        mine, theirs = set(self.hashes), set(other.hashes)
        if not mine or not theirs:
            return 0.0
        union = mine | theirs
        if _SIZE in {len(mine), len(theirs)}:  # the rest of one is not known
            union = set(nsmallest(_SIZE, union))
        return sum(number in mine and number in theirs for number in union) / len(union)

    def contains(self, other: Sketch) -> float:
        """The estimated share of phrases that both have among those of the shorter text."""
        share = self.resembles(other)
        both = share * (self.phrases + other.phrases) / (1 + share)
        return min(1.0, both / min(self.phrases, other.phrases)) if share else 0.0


def words(text: str) -> list[str]:
    """The words of a text or a fragment of HTML, as far as two texts are compared by them."""
    plain = unescape(_TAG.sub(" ", text))
    if plain.isascii():
        return _ASCII_WORD.findall(plain.lower())[:_LONGEST]
    return _WORD.findall(unicodedata.normalize("NFKC", plain).casefold())[:_LONGEST]


def sketch(found: list[str]) -> Sketch:
    """The sketch of so many words; an empty one when there is no whole phrase."""
    phrases = map(" ".join, zip(*(found[start:] for start in range(_PHRASE)), strict=False))
    hashes = set(map(crc32, map(str.encode, phrases)))
    return Sketch(len(hashes), tuple(nsmallest(_SIZE, hashes)))


def shared(one: list[str], other: list[str]) -> float:
    """The share of words that both titles have among all that either has."""
    mine, theirs = set(one), set(other)
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0
