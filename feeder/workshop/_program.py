"""A module of ours as a child process with a socket to its parent: what it gets to know, and how it lives."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# What is read is hostile, so the child knows nothing of the environment, where passwords are kept, but this.
_ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "TZ", "TZDIR")


def started(
    module: str, arguments: Sequence[str], theirs: socket.socket, files: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """`theirs` becomes its standard input; of our open files it gets only `files`, under their numbers."""
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    # It finds what we find; -P: and nothing else, as a json.py in the folder that we were started in.
    environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109 - strings
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=theirs.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        pass_fds=files,
        start_new_session=True,  # Ctrl-C in a terminal is for the daemon, which then ends its children
    )


def prepared() -> socket.socket:
    """In the child: the socket to the parent, which is no longer standard input.

    Only the parent ends us, by silence or by force: a signal to the whole group is first of all its affair.
    """
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    channel = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.close(nothing)
    return channel
