"""Jobs -> receivers -> answers: who carries requests, in threads of ours and in processes of their own.

The engine decides and writes; senders only send.
"""

from feeder.senders._job import Crew, Job, Landed
from feeder.senders._senders import Senders

__all__ = ["Crew", "Job", "Landed", "Senders"]
