"""Other programs that tests run: found, or the test is skipped; with FEEDER_TESTS_REQUIRE_ALL=1 it fails."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def require_program(name: str) -> str:
    """The path of a program."""
    return shutil.which(name) or missing(f"{name} is not installed")


def missing(reason: str) -> NoReturn:
    if os.environ.get("FEEDER_TESTS_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
