"""Feed + articles -> bytes; one file a format, one line here."""

from __future__ import annotations

from feeder.formats._format import EDITION, Built, Format, Fragment, Manner, fragments
from feeder.formats.atom import ATOM
from feeder.formats.jsonfeed import JSON
from feeder.formats.rss import RSS

__all__ = ["EDITION", "FORMATS", "Built", "Format", "Fragment", "Manner", "fragments"]

FORMATS: dict[str, Format] = {"atom": ATOM, "json": JSON, "rss": RSS}
