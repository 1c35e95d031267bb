"""Processes whose clock is wrong, or jumps."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.programs import require_program


def off(folder: Path, seconds: int | Path) -> dict[str, str]:
    """An environment in which the clock is so many seconds off, or as many as the eight bytes of that file say.

    What it needs for that is made in the folder.
    """
    library, source = folder / "clock.so", Path(__file__).with_name("clock.c")
    if not library.exists():
        command = [require_program("cc"), "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
        subprocess.run(command, check=True)
    return {"LD_PRELOAD": str(library), "CLOCK_OFF": str(seconds)}
