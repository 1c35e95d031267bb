from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.config.files import SITE, Hook, loaded, problems

if TYPE_CHECKING:
    from pathlib import Path


def _title(folder: Path, title: str, **environ: str) -> str:
    return loaded(folder, f"site: {{title: {title}, url: https://post.example/}}\n", environ).site.title


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("${NAME}", "Post"),
        ("The ${NAME}, ${NAME}", "The Post, Post"),
        ("${OTHER:-Times}", "Times"),
        ("${NAME:-Times}", "Post"),
        ("The${OTHER:-}", "The"),
        ("$${NAME}", "${NAME}"),
        ("$NAME", "$NAME"),
        ("'${NAME}'", "Post"),
    ],
)
def test_a_variable_stands_for_its_value(tmp_path: Path, written: str, read: str) -> None:
    assert _title(tmp_path, f'"{written}"' if "'" not in written else written, NAME="Post") == read


def test_a_value_cannot_write_yaml(tmp_path: Path) -> None:
    hostile = '", url: https://evil.example/}\nserver: {listen: off}\n# ${NAME} *a &b'
    config = loaded(tmp_path, "site: {title: '${NAME}', url: https://post.example/}\n", {"NAME": hostile})
    assert config.site.title == hostile
    assert config.server.listen is not None


@pytest.mark.parametrize(
    ("value", "environ", "problem"),
    [
        ("${NAME}", {}, "the environment variable NAME is not set; set it, or write ${NAME:-a default}"),
        ("${NAME}", {"NAME": ""}, "the environment variable NAME is empty; set it, or write ${NAME:-a default}"),
        ("a ${b c} d", {}, "has a ${ without a name and }; write ${NAME}, or $${ for a plain ${"),
        ("${NAME", {"NAME": "x"}, "has a ${ without a name and }; write ${NAME}, or $${ for a plain ${"),
        ("${NAME}", {"NAME": "a\0b"}, "the environment variable NAME holds a control character"),
        ("${NAME}", {"NAME": "a\udcffb"}, "the environment variable NAME holds a control character"),
    ],
)
def test_a_variable_that_cannot_be_used_is_a_problem(
    tmp_path: Path, value: str, environ: dict[str, str], problem: str
) -> None:
    content = f'site:\n  url: https://post.example/\n  title: "{value}"\n'
    assert problems(tmp_path, content, environ) == [f"config.yaml:3:10: site.title: {problem}"]


def test_an_empty_default_is_the_same_as_no_value(tmp_path: Path) -> None:
    assert loaded(tmp_path, SITE + "server: {token: '${T:-abcdefgh}'}\n").server.token
    assert loaded(tmp_path, SITE + "server:\n  token: ${T:-}\n").server.token is None


def test_a_secret_may_be_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("canary-of-the-file\n")
    assert _secret(tmp_path, "{file: key}") == "canary-of-the-file"
    assert _secret(tmp_path, f"{{file: '{tmp_path}/key'}}") == "canary-of-the-file"


@pytest.mark.parametrize(
    ("secret", "problem"),
    [
        ("{file: nowhere}", "names a file that does not exist"),
        ("{file: .}", "names a file that does not exist"),
        ("{file: empty}", "is empty"),
        ("{file: binary}", "names a file that is not UTF-8 text"),
        ("{file: long}", "names a file of more than 64 KiB, which can be no secret"),
        ("{fill: key}", "must be a text or {file: path}, with nothing else beside file"),
        ("[canary]", "must be a text or {file: path}"),
    ],
)
def test_a_secret_that_cannot_be_read_is_a_problem(tmp_path: Path, secret: str, problem: str) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "long").write_text("x" * 70_000)
    content = SITE + f"webhooks:\n  w:\n    type: hook\n    url: https://w.example/\n    secret: {secret}\n"
    assert problems(tmp_path, content) == [f"config.yaml:6:13: webhooks.w.secret: {problem}"]


def _secret(folder: Path, secret: str) -> str:
    config = loaded(folder, SITE + f"webhooks: {{w: {{type: hook, url: https://w.example/, secret: {secret}}}}}\n")
    webhook = config.webhooks["w"]
    assert isinstance(webhook, Hook)
    assert webhook.secret
    return webhook.secret.reveal()
