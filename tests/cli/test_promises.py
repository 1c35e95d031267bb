"""Exit statuses, help, README and the speed of --help: what scripts and people count on."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from feeder.cli import COMMANDS, cli
from feeder.store.lock import DaemonLock
from tests.conftest import ROOT
from tests.daemon.harness import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Said
    from tests.daemon.harness import Newsroom

    Feeder = Callable[..., Said]

# The commands that were promised once and for all, with the words that each takes.
PROMISED = """
init [DIR]
check
run [--once]
publish
add WHAT
articles list|show|withdraw|release
deliveries list|show|retry|replay
webhooks list|test|pause|resume|enable
why ARTICLE WEBHOOK
listen
status
version
"""

HEAVY = {
    *("apscheduler", "chardet", "feedgen", "jinja2", "lxml", "nh3", "pydantic"),
    *("requests", "sqlalchemy", "starlette", "urllib3", "uvicorn", "watchdog", "yaml"),
}

_IMPORTED = """
import sys
from feeder.cli import main
for words in sys.argv[1].split(","):
    sys.argv = ["feeder", *words.split()]
    try:
        main()
    except SystemExit as end:
        assert not end.code, end.code
print("imported", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def leaves() -> dict[str, click.Command]:
    """Every command that does something, by the words that call it."""
    found = {}
    for name in COMMANDS:
        it = command(name)
        if isinstance(it, click.Group):
            found.update({f"{name} {sub}": below for sub, below in it.commands.items()})
        else:
            found[name] = it
    return found


def subcommands(name: str) -> set[str]:
    it = command(name)
    return set(it.commands) if isinstance(it, click.Group) else set()


# ---------------------------------------------------------------- what there is


def test_the_promised_commands_are_those_that_there_are() -> None:
    promised = dict(line.partition(" ")[::2] for line in PROMISED.strip().splitlines())
    assert promised.keys() == COMMANDS.keys()
    for name, words in promised.items():
        below = set(words.split("|")) if "|" in words else set()
        assert subcommands(name) == below, name
        arguments = [
            it.make_metavar(click.Context(command(name)))
            for it in command(name).params
            if isinstance(it, click.Argument)
        ]
        assert below or "--" in words or " ".join(arguments) == words, name


def test_the_table_of_the_readme_names_subcommands_that_exist_and_all_of_them() -> None:
    rows = re.findall(r"^\| `feeder (\w+) ?([^`]*)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert len(rows) == len(dict(rows)) > 10
    for name, words in rows:
        assert name in COMMANDS
        listed = set(words.split("\\|")) if words and words.islower() and "[" not in words else set()
        assert subcommands(name) == listed, name


@pytest.mark.parametrize("words", leaves())
def test_every_command_takes_a_configuration_and_says_what_it_does(words: str) -> None:
    it = leaves()[words]
    assert it.help
    assert "--config" in {name for option in it.params for name in option.opts}


def test_everything_that_lists_or_shows_or_changes_speaks_json() -> None:
    silent = {words for words, it in leaves().items() if "--json" not in {n for o in it.params for n in o.opts}}
    assert silent == {"run"}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_overview_and_the_command_itself_say_the_same(name: str) -> None:
    said, itself = _stems(COMMANDS[name][1]), _stems(command(name).help or "")
    assert len(said & itself) >= 2, (said, itself)


def _stems(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"[a-z]{4,}", text.lower())}


def test_the_overview_names_every_command(feeder: Feeder) -> None:
    out = feeder("--help").out
    for name, (_, text) in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(text[:30])}", out, re.MULTILINE), name


def test_help_imports_nothing_heavy() -> None:
    asked = ["--help", "--version", *(f"{name} --help" for name in COMMANDS), "articles list --help"]
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTED, ",".join(asked)], capture_output=True, check=True, text=True
    )
    imported = set(done.stdout.splitlines()[-1].split())
    assert "click" in imported
    assert not imported & HEAVY


# ---------------------------------------------------------------- exit statuses

WRONG_WORDS = (
    "unknown",
    "articles",
    "articles unknown",
    "articles show",
    "articles list --state odd",
    "articles list --limit 0",
    "deliveries show one",
    "deliveries replay",
    "deliveries list --state odd",
    "run --twice",
    "why rain",
    "version more",
)


@pytest.mark.parametrize("words", WRONG_WORDS)
def test_words_that_no_command_knows_are_status_2(feeder: Feeder, words: str) -> None:
    said = feeder(*words.split())
    assert (said.status, said.out) == (2, "")
    assert said.err


NOT_THERE = (
    ("articles show nothing", 'no article is called "nothing"'),
    ("articles release nothing", "there is no source nothing"),
    ("articles withdraw nothing", 'no article is called "nothing"'),
    ("deliveries show 99", "no delivery 99"),
    ("deliveries retry 99", "do not exist"),
    ("deliveries list --since yesterday", '"yesterday" is no moment'),
    ("deliveries list --webhook parner", 'did you mean "partner"?'),
    ("deliveries replay --since 1h --webhook parner", 'did you mean "partner"?'),
    ("webhooks test parner", 'did you mean "partner"?'),
    ("webhooks pause parner", 'did you mean "partner"?'),
    ("why nothing partner", 'no article is called "nothing"'),
    ("why rain parner", 'did you mean "partner"?'),
)


@pytest.mark.parametrize(("words", "problem"), NOT_THERE)
def test_what_is_not_there_is_status_2_in_one_line(
    feeder: Feeder, newsroom: Newsroom, words: str, problem: str
) -> None:
    said = feeder(*words.split(), "--config", newsroom.config)
    assert said.status == 2
    assert said.err.startswith("feeder: ")
    assert problem in said.err
    assert len(said.err.splitlines()) == 1


NEEDS = {
    "articles show": "x",
    "articles withdraw": "x",
    "articles release": "x",
    "deliveries show": "1",
    "deliveries retry": "1",
    "add": "-",
}
NEEDS |= {f"webhooks {verb}": "partner" for verb in ("test", "pause", "resume", "enable")}
NEEDS |= {"deliveries replay": "--since 1h --webhook x", "why": "x partner"}


@pytest.mark.parametrize("words", sorted(leaves().keys() - {"init", "version"}))
def test_a_wrong_configuration_is_status_2_with_every_problem(feeder: Feeder, tmp_path: Path, words: str) -> None:
    config = tmp_path / "feeder.yaml"
    config.write_text("site: {titel: The Post}\nstore: 7\n", "utf-8")
    said = feeder(*words.split(), *NEEDS.get(words, "").split(), "--config", config)
    assert (said.status, said.out) == (2, "")
    assert "feeder.yaml:1:" in said.err
    assert 'did you mean "title"?' in said.err
    assert all(line.startswith("feeder: ") for line in said.err.splitlines())
    assert list(tmp_path.iterdir()) == [config]


def test_the_configuration_is_found_by_name_by_environment_and_by_default(
    feeder: Feeder, empty: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FEEDER_CONFIG", raising=False)
    said = feeder("status")
    assert said.status == 2
    assert "config.yaml" in said.err
    monkeypatch.setenv("FEEDER_CONFIG", str(empty.config))
    assert feeder("status").status == 0
    assert feeder("status", "--config", "other.yaml").status == 2
    assert feeder("--config", "other.yaml", "status").status == 2
    monkeypatch.delenv("FEEDER_CONFIG")
    assert feeder("--config", empty.config, "status").status == 0
    monkeypatch.chdir(empty.folder)
    assert feeder("status").status == 0


def test_work_that_failed_is_status_1(feeder: Feeder, newsroom: Newsroom) -> None:
    newsroom.configure(webhooks={"partner": {"type": "json", "url": "http://127.0.0.1:9/", "secret": SECRET}})
    assert feeder("webhooks", "test", "partner", "--config", newsroom.config).status == 1
    newsroom.feeds.write_text("in the way", "utf-8")
    said = feeder("publish", "--config", newsroom.config)
    assert said.status == 1
    assert "was not written" in said.err
    newsroom.configure(store=f"sqlite:///{newsroom.folder}/none/feeder.db")
    assert feeder("status", "--config", newsroom.config).status == 1


def test_a_store_that_a_daemon_has_is_status_3_for_another_one(newsroom: Newsroom) -> None:
    with DaemonLock(f"{newsroom.folder}/feeder.db"):
        assert newsroom.command("run", "--once", status=3) == ""
    assert newsroom.command("run", "--once", status=0) == ""


def test_the_table_of_the_readme_names_every_command() -> None:
    rows = re.findall(r"^\| `feeder (\w+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert set(rows) == COMMANDS.keys()
