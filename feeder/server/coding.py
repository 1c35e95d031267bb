"""Accept-Encoding -> the codings that a client takes, best first (RFC 9110, section 12.5.3); packing, unpacking.

A coding is named as in the header; `identity` is the document as it is.
"""

from __future__ import annotations

import gzip
import re
import zlib
from functools import lru_cache
from io import BytesIO

import brotli
import zstandard

IDENTITY = "identity"
# Ours, smallest first: what a client likes equally is sent as the first of these. The suffix of the file beside
# the document is the key's.
SUFFIXES = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
_OURS = (*SUFFIXES, IDENTITY)
_ALIASES = {"x-gzip": "gzip"}  # 8.4.1.3
_ELEMENT = re.compile(r"([!#$%&'*+.^_`|~0-9a-z-]+)(?:[ \t]*;[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?")
_LEAST = 0.0001  # below every weight that can be written: for what is taken without being named
_LONGEST = 1024  # bytes of a header that are read; nobody who means it says more
# A document of 8 MiB takes half a second at level 6; nobody waits for that.
_QUICK = 1024 * 1024


def accepted(header: bytes | None) -> tuple[str, ...]:
    """Without a header everything is taken, and nothing is sent packed; nothing at all is 406."""
    if header is None:
        return (IDENTITY, *SUFFIXES)
    return _accepted(header[:_LONGEST])


@lru_cache(256)
def _accepted(header: bytes) -> tuple[str, ...]:
    weights = _weights(header.decode("latin-1").lower())
    rest = weights.get("*")
    named = {coding: weights.get(coding, rest or 0.0) for coding in SUFFIXES}
    named[IDENTITY] = weights.get(IDENTITY, _LEAST if rest is None else rest)
    return tuple(sorted((it for it in _OURS if named[it]), key=lambda it: (-named[it], _OURS.index(it))))


def _weights(header: str) -> dict[str, float]:
    """An element that cannot be read is as if it were not there."""
    found = (_ELEMENT.fullmatch(element.strip(" \t")) for element in header.split(","))
    return {_ALIASES.get(it[1], it[1]): float(it[2] or 1) for it in found if it}


def packed(body: bytes) -> bytes:
    """As gzip; the same bytes for the same document."""
    return gzip.compress(body, 6 if len(body) <= _QUICK else 1, mtime=0)


def holds(coding: str, sibling: bytes, body: bytes) -> bool:
    """Whether `sibling` decodes to exactly `body`; never unpacks much more than that."""
    try:
        return _UNPACK[coding](sibling, len(body)) == body
    except (brotli.error, zstandard.ZstdError, zlib.error, EOFError, OSError):
        return False


def _gzip(sibling: bytes, size: int) -> bytes:
    with gzip.GzipFile(fileobj=BytesIO(sibling)) as file:
        body = file.read(size)
        return body + file.read(1)  # up to the end, where the checksum is


def _brotli(sibling: bytes, size: int) -> bytes:
    decoder = brotli.Decompressor()
    body: bytes = decoder.process(sibling, output_buffer_limit=size + 1)
    return body if decoder.is_finished() else b""


def _zstd(sibling: bytes, size: int) -> bytes:
    with zstandard.ZstdDecompressor().stream_reader(sibling, read_across_frames=True) as reader:
        return reader.read(size + 1)


_UNPACK = {"br": _brotli, "gzip": _gzip, "zstd": _zstd}
