"""Other programs that tests run: found, or the test is skipped; with FEEDER_TESTS_REQUIRE_ALL=1 it fails."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import pytest


def require_program(name: str) -> str:
    """The path of a program."""
    return shutil.which(name) or missing(f"{name} is not installed")


def missing(reason: str) -> NoReturn:
    if os.environ.get("FEEDER_TESTS_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def npm_package(name: str) -> Path:
    """The folder `node_modules` with a package of npm in it, as `name@1`.

    Installed once, in the user's cache: whoever comes first holds the lock, the others wait.
    """
    require_program("node")
    npm = require_program("npm")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "feeder-tests" / "npm"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (cache / name).exists():
            _install(npm, name, cache)
    return cache / name / "node_modules"


def _install(npm: str, name: str, cache: Path) -> None:
    """Made beside its place and renamed, so that it is never there by half."""
    with TemporaryDirectory(dir=cache) as made:
        folder = Path(made) / "made"
        folder.mkdir()
        (folder / "package.json").write_text("{}")  # or npm would look for a project in the folders above
        command = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", name]
        try:
            subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=200)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            missing(f"npm cannot install {name}: {type(error).__name__}")
        folder.rename(cache / name)
