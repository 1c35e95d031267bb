"""Where documents come from: the shelf of sources. A kind is one file and one line here."""

from feeder.sources import folder
from feeder.sources._settling import Settling
from feeder.sources._source import EVERYTHING, Kind, Look, Refused, Source, Watch
from feeder.sources.folder import SETTLE

SOURCES: dict[str, Kind] = {
    "folder": Kind(folder.Options, folder.open_folder),
}

__all__ = ["EVERYTHING", "SETTLE", "SOURCES", "Kind", "Look", "Refused", "Settling", "Source", "Watch"]
