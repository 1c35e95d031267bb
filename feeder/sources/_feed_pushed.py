"""A feed as a hub sent it -> the source that it is of, with that document in its hands.

It goes the way of every other look, but says nothing of what the feed shows beside: a hub may leave out what it
has sent before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from feeder.sources.feed import Feed, Options

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from feeder.net import Fetched
    from feeder.sources._source import Get, Look, Means


class _Whatever(frozenset[str]):
    """Of whatever key."""

    __slots__ = ()

    def __contains__(self, _key: object) -> bool:
        return True


class Pushed(Feed):
    """`shown` are the keys that the feed is known to show beside."""

    def __init__(self, name: str, options: Options, means: Means, sent: Fetched, shown: frozenset[str]) -> None:
        super().__init__(name, options, replace(means, get=_first(options.url, sent, means.get)))
        self._shown = shown

    def look(
        self,
        known: Mapping[str, str],
        only: Collection[str] | None = None,  # noqa: ARG002 - whoever sends it does not say what is new
        *,
        final: bool = False,
        memory: str = "",
    ) -> Look:
        look = super().look(known, _Whatever(), final=final, memory=memory)
        return replace(look, present=(look.present or frozenset()) | self._shown)


def _first(url: str, sent: Fetched, get: Get) -> Get:
    """What was sent stands for what would be fetched."""

    def got(asked: str, **how: object) -> Fetched:
        return sent if asked == url else get(asked, **how)  # type: ignore[arg-type]

    return got  # type: ignore[return-value]
