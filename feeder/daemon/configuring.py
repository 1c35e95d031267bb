"""The configuration file, while the daemon runs: noticed when it changes, read again, refused when it is wrong."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from feeder import app as apps
from feeder.errors import ConfigError, FeederError
from feeder.store import feeds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from feeder.config import Config
    from feeder.store import Store

log = logging.getLogger(__name__)


class Configuring:
    """`refused` says why the newest configuration is not in force; empty when it is."""

    def __init__(self, path: Path, config: Config, store: Store) -> None:
        self._path, self._config, self._store = path, config, store
        self._seen = config.digest  # of the file as last read
        self._glimpsed = ""  # and as it was when last looked at
        self.refused = ""
        self._note()

    def changed(self) -> bool:
        """To be asked once a second. Twice the same: a file that is being written is not read half."""
        digest = _digest_of(self._path)
        changed = digest == self._glimpsed != self._seen
        self._glimpsed = digest
        return changed

    def read_again(self, replace: Callable[[Config], None]) -> None:
        """The new configuration, or loudly the old one. `replace` puts it in force, or raises FeederError."""
        self._seen = _digest_of(self._path)
        try:
            config = apps.load(self._path)
            self._fits(config)
            replace(config)
        except FeederError as error:
            self._refuse(error)
        else:
            self._config, self.refused = config, ""
            log.info("%s is in force", self._path)
        self._note()

    def _fits(self, config: Config) -> None:
        if config.store != self._config.store:
            raise FeederError(f"{self._path}: store: another store needs a new start of feeder run")

    def _refuse(self, error: FeederError) -> None:
        if isinstance(error, NotNow):
            self._seen = ""  # it is tried again at the next tick
        self.refused = f"{self._path} is refused, the last good one stays in force"
        problems = [str(it) for it in error.problems] if isinstance(error, ConfigError) else [str(error)]
        log.error("%s", "; ".join((*problems, self.refused)))

    def _note(self) -> None:
        """`feeder status`, another process, learns it from the store."""
        try:
            with self._store.write() as tx:
                feeds.note(tx, "configuration", self.refused)
        except FeederError as error:
            log.error("%s", error)  # noqa: TRY400 - its text says it all


class NotNow(FeederError):
    """The new configuration is right, and cannot be put in force at this moment."""


def _digest_of(path: Path) -> str:
    """As in Config.digest; empty when the file cannot be read at this moment."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
