"""A connection to PostgreSQL -> whether a pooler stands between: each transaction may have another server."""

from __future__ import annotations

from typing import Any


def is_direct(connection: Any) -> bool:
    """A pooler answers for itself when a connection is made, and a server behind it when that is asked."""
    server = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
    return bool(server == connection.info.backend_pid)
