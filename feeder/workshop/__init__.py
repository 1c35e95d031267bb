"""A function and its arguments -> a process of its own, which may be killed -> its result.

What reads hostile input may loop, eat memory or bring its interpreter down; here that costs one call. Jobs go to
the children as pickles. Answers come as plain data (see `_plain`), since what a child read may have taken it over.
"""

from feeder.workshop._program import prepared, started
from feeder.workshop._workshop import Workshop

__all__ = ["Workshop", "prepared", "started"]
