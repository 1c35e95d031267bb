"""Results -> bytes -> results that cannot do harm: no more can come out than stands here.

A pickle could call any function of the program that reads it. This is JSON in which lists carry a sign in front.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, Any

from feeder.errors import FeederError

if TYPE_CHECKING:
    from collections.abc import Callable

_OURS = re.compile(r"feeder(?:\.(?!__)\w+)+")
_MANY: dict[str, Callable[..., Any]] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}


def dumps(value: Any) -> bytes:
    """`TypeError` when the value is of a kind that is not carried."""
    return json.dumps(_down(value)).encode()


def loads(message: bytes) -> Any:
    """`ValueError` for everything that `dumps` did not write."""
    try:
        return _up(json.loads(message))
    except ValueError:
        raise
    except Exception as error:  # whatever a constructor objects to
        raise ValueError(f"no message of ours: {type(error).__name__}") from error


def _down(value: Any) -> Any:
    if value is None or type(value) in {bool, int, float, str}:
        return value
    if type(value) in _MANY.values():
        return [type(value).__name__, *map(_down, value)]
    if type(value) is dict:
        return ["dict", *([_down(key), _down(entry)] for key, entry in value.items())]
    return _single_down(value) or _named_down(value)


def _single_down(value: Any) -> list[Any] | None:
    if isinstance(value, bytes):
        return ["bytes", base64.b64encode(value).decode()]
    if isinstance(value, date):  # and datetime, whose zone becomes its offset
        return ["datetime" if isinstance(value, datetime) else "date", value.isoformat()]
    if isinstance(value, timedelta):
        return ["timedelta", value.days, value.seconds, value.microseconds]
    return None


def _named_down(value: Any) -> Any:
    kind = type(value)
    name = [kind.__module__, kind.__qualname__]
    if isinstance(value, FeederError):
        return ["error", *name, _down(value.args), _down(dict(vars(value)))]
    if isinstance(value, Enum):
        return ["enum", *name, value.name]
    if is_dataclass(value):
        return ["data", *name, *(_down(getattr(value, field.name)) for field in fields(value) if field.init)]
    raise TypeError(f"{kind.__name__} is not carried between processes")


def _up(value: Any) -> Any:
    if not isinstance(value, list):
        if isinstance(value, dict):
            raise ValueError("no message of ours")  # noqa: TRY004 - the one error that callers know
        return value
    sign, *rest = value
    if sign in _MANY:
        return _MANY[sign](map(_up, rest))
    return _READERS[sign](*rest)


def _dict(*entries: list[Any]) -> dict[Any, Any]:
    return {_up(key): _up(entry) for key, entry in entries}


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("no message of ours") from error


def _data(module: str, name: str, *values: Any) -> Any:
    kind = _class(module, name)
    if not (is_dataclass(kind) and kind.__dataclass_params__.frozen):  # type: ignore[attr-defined]
        raise ValueError("no dataclass of ours")
    return kind(**dict(zip((it.name for it in fields(kind) if it.init), map(_up, values), strict=True)))


def _enum(module: str, name: str, member: str) -> Enum:
    kind = _class(module, name)
    if not issubclass(kind, Enum):
        raise ValueError("no enumeration of ours")  # noqa: TRY004 - the one error that callers know
    return kind[member]


def _error(module: str, name: str, args: Any, values: Any) -> FeederError:
    """As it was, without its constructor, whose arguments are not those of every error."""
    kind = _class(module, name)
    if not issubclass(kind, FeederError):
        raise ValueError("no error of ours")  # noqa: TRY004 - the one error that callers know
    error = kind.__new__(kind)
    error.args = tuple(_up(args))
    vars(error).update({str(key): entry for key, entry in _up(values).items()})
    return error


def _class(module: str, name: str) -> type:
    if not _OURS.fullmatch(module) or not name.isidentifier():
        raise ValueError("not of ours")
    kind = getattr(import_module(module), name)
    if not isinstance(kind, type) or kind.__module__ != module:
        raise ValueError("no class of ours")
    return kind


_READERS: dict[str, Callable[..., Any]] = {
    "dict": _dict,
    "bytes": _bytes,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "timedelta": timedelta,
    "error": _error,
    "enum": _enum,
    "data": _data,
}
