"""What is promised is tested: the annotated configuration against the models."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from feeder.config import load, yaml_strings
from feeder.config.base import Options, fields, nested
from feeder.config.document import Document
from feeder.sources import SOURCES
from feeder.webhooks import WEBHOOKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feeder.config import Config

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "feeder" / "sample" / "config.yaml"
KINDS: dict[str, dict[str, type[Options]]] = {
    "sources": {name: kind.options for name, kind in SOURCES.items()},
    "webhooks": {name: kind.options for name, kind in WEBHOOKS.items()},
}
ENVIRON = {
    "FEEDER_TOKEN": "a-token-of-the-test",
    "DIGEST_SECRET": "any text",
    "OLD_SECRET": "whsec_" + "A" * 44,
    "PARTNER_KEY": "a-key",
    "PROXY_PASSWORD": "a-word",
}


def _load(path: Path, environ: dict[str, str]) -> Config:
    return load(
        path,
        sources={name: kind.options for name, kind in SOURCES.items()},
        webhooks={name: kind.options for name, kind in WEBHOOKS.items()},
        environ=environ,
    )


def _switched_on() -> str:
    """The sample with every setting that stands behind a # and no space."""
    return re.sub(r"^( *)#(?=\S)", r"\1", SAMPLE.read_text(), flags=re.MULTILINE)


def test_the_configuration_of_the_repository_is_the_sample() -> None:
    assert (ROOT / "config.yaml").read_bytes() == SAMPLE.read_bytes()


def test_the_sample_works_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(SAMPLE.read_bytes())
    config = _load(path, {})
    assert (list(config.sources), list(config.feeds)) == (["newsroom"], ["all", "by-category"])
    assert config.webhooks["sample"].backfill == 20
    assert config.server.receiver
    assert config.store.reveal() == f"sqlite:///{tmp_path}/feeder.db"
    assert config.output.path == tmp_path / "feeds"


def test_the_sample_works_with_everything_switched_on(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(_switched_on())
    (tmp_path / "partner.secret").write_text("whsec_" + "B" * 44 + "\n")
    for name in ("client.pem", "client.key", "partner-ca.pem"):
        (tmp_path / name).touch()
    config = _load(path, ENVIRON)
    assert set(config.webhooks) == {"sample", "partner", "digest"}
    assert config.sources["archive"].schedule.cron


def test_the_sample_names_every_key_there_is() -> None:
    """Of every kind that it shows; what kinds have in common it names for one of them."""
    named: defaultdict[type[Options], set[str]] = defaultdict(set)
    _collect(named, Document, yaml_strings(_switched_on()))
    assert {SOURCES["folder"].options, WEBHOOKS["json"].options} <= set(named)
    missing = {model: fields(model).keys() - keys - _shared(model, named) for model, keys in named.items()}
    assert {model: keys for model, keys in missing.items() if keys} == {}


def _shared(model: type[Options], named: defaultdict[type[Options], set[str]]) -> set[str]:
    """What the sample names of those that are of the same sort."""
    sorts = [base for base in model.__mro__[1:] if issubclass(base, Options) and base is not Options]
    others = [(sort, keys) for sort in sorts for other, keys in named.items() if issubclass(other, sort)]
    return {key for sort, keys in others for key in keys & fields(sort).keys()}


def _collect(named: defaultdict[type[Options], set[str]], model: type[Options], data: object) -> None:
    """Add the keys that `data` has to those of its model, and so on below."""
    for item in data if isinstance(data, list) else []:
        _collect(named, model, item)
    for key, value in data.items() if isinstance(data, dict) else []:
        named[model].add(key)
        for inner, part in _inside(key, nested(fields(model)[key]), value):
            _collect(named, inner, part)


def _inside(key: str, model: type[Options] | None, value: object) -> Iterator[tuple[type[Options], object]]:
    if key in {"sources", "feeds", "webhooks"} and isinstance(value, dict):
        for entry in value.values():
            kind = KINDS[key][entry["type"]] if key in KINDS else model
            assert kind
            yield kind, entry
    elif model:
        yield model, value


@pytest.mark.parametrize("article", sorted((SAMPLE.parent / "articles").iterdir()), ids=lambda path: path.name)
def test_an_article_of_the_sample_has_front_matter_that_can_be_read(article: Path) -> None:
    _, front, body = article.read_text().split("---\n", 2)
    assert yaml_strings(front)["title"]
    assert body.strip()
