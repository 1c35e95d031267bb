"""The manners of every option model: frozen, no unknown keys, `max_size` in Python is `max-size` in YAML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from feeder.config.fields import told

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo


class Options(BaseModel):
    """A key without a value counts as a key that was not given."""

    model_config = ConfigDict(
        alias_generator=lambda name: name.rstrip("_").replace("_", "-"),
        arbitrary_types_allowed=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
        validate_default=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _given(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return {key: value for key, value in data.items() if value is not None or key not in fields(cls)}
        return {} if data is None else data


@dataclass(frozen=True, slots=True)
class Holds:
    """In the annotation of a field whose mappings are read by a model of ours, but become something else."""

    model: type[Options]


def fields(model: type[Options]) -> dict[str, FieldInfo]:
    """The fields of `model` by the keys that stand for them in YAML."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def nested(info: FieldInfo) -> type[Options] | None:
    """The model of the mappings that stand in a field, if it holds any."""
    return next((found for part in (info.annotation, *info.metadata) if (found := _options_in(part))), None)


def _options_in(annotation: Any) -> type[Options] | None:
    if isinstance(annotation, Holds):
        return annotation.model
    if isinstance(annotation, type) and get_origin(annotation) is None and issubclass(annotation, Options):
        return annotation
    return next((found for part in get_args(annotation) if (found := _options_in(part))), None)


def wrong_at(key: str, text: str) -> ValidationError:
    """For a validator of a whole model: it is one of its keys that is wrong."""
    return ValidationError.from_exception_data("", [InitErrorDetails(type=told(text), loc=(key,), input=None)])
