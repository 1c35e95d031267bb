"""A configuration file in a folder of the test, and kinds of sources and webhooks made up for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from feeder.config import Config, HttpUrl, LocalPath, SecretField, Size, SourceOptions, WebhookOptions, load
from feeder.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SITE = "site: {title: The Post, url: https://post.example/}\n"


class Shelf(SourceOptions):
    type: Literal["shelf"]
    path: LocalPath
    max_size: Size = 1024


class Hook(WebhookOptions):
    type: Literal["hook"]
    url: HttpUrl
    secret: SecretField | None = None


SOURCES: dict[str, type[SourceOptions]] = {"push": SourceOptions, "shelf": Shelf}
WEBHOOKS: dict[str, type[WebhookOptions]] = {"hook": Hook}


def loaded(folder: Path, content: str | bytes, environ: Mapping[str, str] | None = None) -> Config:
    path = folder / "config.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load(path, sources=SOURCES, webhooks=WEBHOOKS, environ=environ or {})


def problems(folder: Path, content: str | bytes, environ: Mapping[str, str] | None = None) -> list[str]:
    """What `feeder check` would print of the file, without the folder in front."""
    try:
        loaded(folder, content, environ)
    except ConfigError as error:
        return [line.removeprefix(f"{folder}/") for line in str(error).splitlines()]
    return []
