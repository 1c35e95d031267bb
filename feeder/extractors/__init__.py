"""What a source handed over -> what it says as an article: the shelf of extractors."""

from feeder.extractors._reader import Reader
from feeder.extractors._shelf import EXTRACTORS, Extractor, read

__all__ = ["EXTRACTORS", "Extractor", "Reader", "read"]
