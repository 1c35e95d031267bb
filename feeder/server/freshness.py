"""When a file changed -> for how long caches may use it (RFC 9111, RFC 5861, RFC 8246). Pure."""

from __future__ import annotations

# Seconds; a feed that changes now is asked for often, one that has been quiet for long is asked for rarely.
_STEPS = (30, 60, 120, 300, 600, 900)
# What has not changed for a while will hardly change in the next tenth of it: RFC 9111, section 4.2.2.
_PART = 10
FOREVER = b"public, max-age=31536000, immutable"
MEDIA = b"public, max-age=3600"


def rhythm(modified: int, now: float) -> tuple[bytes, float]:
    """Cache-Control of a document that changed at `modified`, and until when this is right (both since 1970).

    A cache that cannot reach us may go on with what it has for a day: an old feed is better than none.
    """
    age = max(0.0, now - modified)
    fresh = max((step for step in _STEPS if step * _PART <= age), default=_STEPS[0])
    longer = next((step for step in _STEPS if step > fresh and step * _PART > age), None)
    until = modified + longer * _PART if longer else float("inf")
    return b"public, max-age=%d, stale-while-revalidate=%d, stale-if-error=86400" % (fresh, fresh), until
