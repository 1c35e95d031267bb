"""The child: jobs from the parent -> answers, until the parent is gone."""

from __future__ import annotations

import pickle
import resource
import signal
import sys
import traceback

from feeder.errors import FeederError
from feeder.workshop import _plain
from feeder.workshop._frames import receive, send
from feeder.workshop._program import prepared


def main() -> None:
    channel, memory = prepared(), int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    send(channel, b"ready")
    while True:
        try:
            job = receive(channel)
        except (EOFError, OSError):  # the parent let go of us, or is dead
            return
        answer = _answer(job)
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            send(channel, answer)
        except OSError:
            return


def _answer(job: bytes) -> bytes:
    try:
        seconds, function, args = pickle.loads(job)  # noqa: S301 - the parent wrote it
        # Kills us though the parent be dead, or we in a loop that never comes back to the interpreter.
        signal.setitimer(signal.ITIMER_REAL, seconds + 1)
        return _plain.dumps(("returned", function(*args)))
    except FeederError as error:
        return _plain.dumps(("raised", error))
    except MemoryError:
        return _plain.dumps(("memory", None))
    except Exception as error:  # noqa: BLE001 - the caller is told
        return _plain.dumps(("broke", _where(error)))


def _where(error: Exception) -> str:
    """`ValueError in feeder/sources/feed.py:30`; its own text may hold anything."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {'/'.join(last.filename.split('/')[-3:])}:{last.lineno}"


if __name__ == "__main__":
    main()
