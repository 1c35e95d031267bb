"""Feed + articles -> bytes; one file a format, one line here."""

from __future__ import annotations

from feeder.formats._format import Built, Format
from feeder.formats.atom import ATOM
from feeder.formats.jsonfeed import JSON
from feeder.formats.rss import RSS

__all__ = ["FORMATS", "Built", "Format"]

FORMATS: dict[str, Format] = {"atom": ATOM, "json": JSON, "rss": RSS}
