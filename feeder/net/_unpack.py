"""A body in the coding that an answer names -> the body itself, never more of it than is wanted."""

from __future__ import annotations

import zlib

_PIECE = 16 * 1024  # of packed bytes at once: what one piece leaves over is copied for every member
_MEMBERS = 10_000
_CODINGS = 2  # one upon the other; more are an attack
_GZIP, _ZLIB, _RAW = 31, 15, -15  # zlib's names for the three wrappings
# Codings that exist and that nobody asked for; other words in Content-Encoding are servers' nonsense, as "utf-8".
_UNASKED = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip"})


class TooLarge(Exception):
    """There is more than was wanted."""


class Broken(Exception):
    """It is not what it says it is, or it is cut off. The text says so."""


def unpacked(body: bytes, codings: str, limit: int) -> bytes:
    """`body` without its `codings` (a Content-Encoding), at most `limit` bytes of it."""
    names = [name.strip().lower() for name in codings.split(",")]
    packed = [name for name in names if name in _UNPACK or name in _UNASKED]
    if len(packed) > _CODINGS:
        raise Broken("packed more than twice")
    for name in reversed(packed):
        body = _one(body, name, limit)
    if len(body) > limit:
        raise TooLarge
    return body


def _one(body: bytes, name: str, limit: int) -> bytes:
    if name in _UNASKED:
        raise Broken(f"packed as {name}, which was not asked for")
    try:
        return _UNPACK[name](body, limit)
    except zlib.error:
        raise Broken("cannot be unpacked") from None


def _gzip(body: bytes, limit: int) -> bytes:
    return _members(body, _GZIP, limit)


def _deflate(body: bytes, limit: int) -> bytes:
    """RFC 9110 means zlib's wrapping; some servers send it bare."""
    try:
        return _members(body, _ZLIB, limit)
    except zlib.error:
        return _members(body, _RAW, limit)


_UNPACK = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate}


def _members(body: bytes, wrapping: int, limit: int) -> bytes:
    """All members one after the other; zeros after the last are padding."""
    out, engine, members = bytearray(), zlib.decompressobj(wrapping), 1
    for start in range(0, len(body), _PIECE):
        piece = body[start : start + _PIECE]
        while piece:
            if engine.eof:
                piece = piece.lstrip(b"\0")
                if not piece:
                    break
                engine, members = zlib.decompressobj(wrapping), members + 1
            if members > _MEMBERS:
                raise Broken("packed in too many pieces")
            out += engine.decompress(piece, limit + 1 - len(out))
            if len(out) > limit:
                raise TooLarge
            piece = engine.unused_data if engine.eof else engine.unconsumed_tail
    if body and not engine.eof:
        raise Broken("cut off")
    return bytes(out)
