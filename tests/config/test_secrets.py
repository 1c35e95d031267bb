"""A canary in the place of every secret: whatever else is wrong, it never comes out."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeder.config import Config
from feeder.errors import ConfigError
from tests.config.files import loaded

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "canary7f3a"
TEMPLATE = """\
site: {{title: {title}, url: https://post.example/}}
store: {store}
network: {{proxy: {proxy}}}
server:
  token: {token}
  listen: {listen}
sources: {{desk: {{type: {type}, every: {every}}}}}
webhooks:
  w:
    type: hook
    url: {url}
    secret: {secret}
    headers: {{X-Key: {header}}}
    backfill: {backfill}
"""
SURROUNDINGS = st.sampled_from(
    ["{}", "'{}'", '"{}"', "[{}]", "{{file: {}}}", "{{file: [{}]}}", "{{a: {}}}", "*{}", "&{} x", "!{} x", "@{}",
     "'{}", '"{}', '"\\{}"', "[{}", "{{{}", "{}: {}", "${{{}", "a\t{}", "|\n{}", "http://x:{}", "https://{}@h/",
     "https://[{}/", "https://host:{}/", "postgresql://me:{}@h/x", "mysql://me:{}@h/x", "sqlite://{}", "ftp://h/{}",
     '"{}\\0"', "'{} é'", "https://h/{} x", "whsec_{}", "https://hooks.example/{}"]
)  # fmt: skip


def _text(surrounding: str) -> str:
    return surrounding.replace("{}", CANARY).replace("{{", "{").replace("}}", "}")


secrets = SURROUNDINGS.map(_text) | st.just("${VARIABLE}")
choices = st.fixed_dictionaries({
    "title": st.sampled_from(["x", "{y}", "'"]),
    "store": secrets | st.just("sqlite:///feeder.db"),
    "token": secrets | st.just("abcdefgh"),
    "listen": st.sampled_from(["off", "127.0.0.1:8000", "x"]),
    "type": st.sampled_from(["push", "psh", "${VARIABLE}"]),
    "every": st.sampled_from(["1m", "x", "${VARIABLE}"]),
    "url": secrets | st.just("https://hook.example/"),
    "secret": secrets | st.just("x"),
    "header": secrets | st.just("x"),
    "proxy": secrets | st.just("http://proxy.example"),
    "backfill": st.sampled_from(["1", "x", "-1", "${VARIABLE}"]),
})  # fmt: skip


@given(choices)
@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    deadline=None,
    max_examples=200,
)
def test_no_secret_is_ever_shown(tmp_path: Path, chosen: dict[str, str]) -> None:
    assert CANARY not in _shown(tmp_path, TEMPLATE.format(**chosen))


def _shown(folder: Path, content: str) -> str:
    try:
        config = loaded(folder, content, {"VARIABLE": CANARY})
    except ConfigError as error:
        return str(error) + repr(error) + "".join(traceback.format_exception(error))
    return f"{config} {config!r} {config.webhooks['w']!s}"


def test_a_good_configuration_keeps_its_secrets_to_itself(tmp_path: Path) -> None:
    secret = "'${VARIABLE}'"
    words = {"title": "x", "listen": "127.0.0.1:8000", "type": "push", "every": "1m", "backfill": "1"}
    hidden = {
        "store": f"postgresql://me:{CANARY}@h/x",
        "token": secret,
        "url": f"https://h/{CANARY}",
        "secret": secret,
        "header": secret,
        "proxy": f"http://me:{CANARY}@h",
    }
    config = loaded(tmp_path, TEMPLATE.format(**words, **hidden), {"VARIABLE": CANARY})
    assert isinstance(config, Config)
    assert config.server.token
    assert config.server.token.reveal() == CANARY
    assert CANARY not in repr(config)
