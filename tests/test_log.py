"""What reaches the log, and what never does."""

from __future__ import annotations

import subprocess
import sys

# In a process of its own: to set up logging is for the whole of one.
PROGRAM = """
import logging
from feeder import log, net
log.setup(verbose=True)
print(logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.CRITICAL))
"""


def test_urllib3_stays_silent_when_logging_is_set_up() -> None:
    # Its lines hold whole addresses, and an address may be a secret.
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True)
    assert done.stdout == b"False\n"
