"""What each source showed, what of it is stored, and what is owed of it to whom: sums that must agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from feeder.store.schema import article, document
from feeder.store.schema_deliveries import delivery

if TYPE_CHECKING:
    from sqlalchemy import Column, Select

    from feeder.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The sums of one source.

    `documents` that it ever showed, by state; `articles` of them, by state; how many of these nobody is told of
    unasked, by why (`bars`); how many are or were `owed` to each webhook.
    """

    documents: dict[str, int] = field(default_factory=dict)
    articles: dict[str, int] = field(default_factory=dict)
    bars: dict[str, int] = field(default_factory=dict)
    owed: dict[str, int] = field(default_factory=dict)


def reckon(tx: Tx) -> dict[str, Reckoning]:
    """By the name of the source."""
    found: dict[str, Reckoning] = {}
    for name, query in _sums().items():
        for row in tx.execute(query):
            source, what, number = row
            if what:
                getattr(found.setdefault(source, Reckoning()), name)[what] = number
    return found


def _sums() -> dict[str, Select[Any]]:
    articles = func.count(delivery.c.article.distinct())
    told = select(article.c.source, delivery.c.webhook, articles).join(article, article.c.id == delivery.c.article)
    return {
        "documents": _count(document.c.source, document.c.state),
        "articles": _count(article.c.source, article.c.state),
        "bars": _count(article.c.source, article.c.bar),
        "owed": told.group_by(article.c.source, delivery.c.webhook),
    }


def _count(*columns: Column[Any]) -> Select[Any]:
    return select(*columns, func.count()).group_by(*columns)
