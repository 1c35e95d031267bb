from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from feeder.errors import StoreError
from feeder.model.article import Change
from feeder.store import articles
from tests.samples import NOW, article

if TYPE_CHECKING:
    from feeder.store import Store


def test_what_is_to_last_only_soon_is_all_or_nothing_and_the_next_write_waits_for_the_disk(store: Store) -> None:
    with store.write(soon=True) as tx:
        articles.write(tx, article(1), Change.PUBLISHED, NOW)
        relaxed = store.embedded and tx.execute(text("PRAGMA synchronous")).scalar()
    with store.read() as tx:
        assert articles.exists(tx, article(1).id)
    with pytest.raises(StoreError), store.write(soon=True) as tx:
        tx.execute(text("INSERT INTO meta VALUES ('soon', ''), ('soon', '')"))
    with store.write() as tx:
        assert tx.execute(text("SELECT count(*) FROM meta WHERE key = 'soon'")).scalar() == 0
        strict = store.embedded and tx.execute(text("PRAGMA synchronous")).scalar()
    assert (relaxed, strict) == ((1, 2) if store.embedded else (False, False))  # NORMAL, FULL
