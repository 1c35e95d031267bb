"""`where:` -> feeder.model.where: which articles a feed shows or a webhook is told of."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field, PlainValidator, ValidationInfo

from feeder.config.base import Holds, Options
from feeder.config.fields import OneOrMany, instead, wrong
from feeder.model import where as model

if TYPE_CHECKING:
    from collections.abc import Iterator

_REGEX = re.compile(r"/(.+)/([a-z]*)", re.DOTALL)
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}


def _word(value: object) -> model.Value | model.Pattern:
    if not isinstance(value, str) or not value.strip():
        raise wrong("must be a text or a /regex/")
    found = _REGEX.fullmatch(value)
    return model.Pattern(_compiled(found[1], found[2])) if found else model.Value(value.strip())


def _compiled(pattern: str, flags: str) -> re.Pattern[str]:
    unknown = set(flags) - set(_FLAGS)
    if unknown:
        raise wrong(f"has a flag that does not exist; the flags after /regex/ are {', '.join(_FLAGS)}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python may read differently one day is no mistake today
            return re.compile(pattern, sum(_FLAGS[flag] for flag in set(flags)))
    except (re.error, OverflowError, RecursionError) as error:
        raise wrong(f"is not a regular expression: {str(error).partition(' at position')[0]}") from None


def _source(value: object, info: ValidationInfo) -> model.Value | model.Pattern:
    word = _word(value)
    known = (info.context or {}).get("sources")
    if known is not None and isinstance(word, model.Value) and word.text.casefold() not in known:
        raise wrong(f"is no configured source{instead(word.text, known)}")
    return word


Word = Annotated[object, BeforeValidator(_word)]
Words = Annotated[tuple[Word, ...], OneOrMany, Field(min_length=1)]
Sources = Annotated[tuple[Annotated[object, BeforeValidator(_source)], ...], OneOrMany, Field(min_length=1)]


class WhereOptions(Options):
    """The words of `where`; what stands side by side must all fit."""

    source: Sources | None = None
    category: Words | None = None
    author: Words | None = None
    language: Words | None = None
    title: Words | None = None
    text: Words | None = None
    any: Annotated[tuple[WhereOptions, ...], Field(min_length=1)] | None = None
    all: Annotated[tuple[WhereOptions, ...], Field(min_length=1)] | None = None
    not_: WhereOptions | None = None

    def built(self) -> model.Where:
        parts = tuple(self._parts())
        return parts[0] if len(parts) == 1 else model.All(parts)

    def _parts(self) -> Iterator[model.Where]:
        for field in model.FIELDS:
            if values := getattr(self, field):
                yield model.Term(field, values)
        if self.any:
            yield model.Any(tuple(part.built() for part in self.any))
        if self.all:
            yield model.All(tuple(part.built() for part in self.all))
        if self.not_:
            yield model.Not(self.not_.built())


def _where(value: object, info: ValidationInfo) -> model.Where:
    if isinstance(value, (model.Term, model.All, model.Any, model.Not)):
        return value
    return WhereOptions.model_validate(value, context=info.context, by_alias=True, by_name=False).built()


WhereField = Annotated[model.Where, PlainValidator(_where), Holds(WhereOptions)]
