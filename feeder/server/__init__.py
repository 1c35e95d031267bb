"""HTTP in: feeds, articles, the start page, health, the trial receiver; starlette and uvicorn live only here."""

from __future__ import annotations

from feeder.server.parts import Parts
from feeder.server.routes import build
from feeder.server.serve import Server

__all__ = ["Parts", "Server", "build"]
