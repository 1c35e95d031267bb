"""How nouns are made of which there are a dozen for each delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as noun
else:
    from dataclasses import dataclass

    def noun(*, frozen: bool, slots: bool) -> object:
        """`dataclass(frozen=True, slots=True)` for the type checker, which keeps fields from being changed.

        When it runs nothing does: what a frozen one looks at when it is made takes five times as long.
        """
        return dataclass(slots=slots, unsafe_hash=frozen)


__all__ = ["noun"]
