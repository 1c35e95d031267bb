"""The self-hosted outbox of a newsroom: articles in; feeds and signed webhooks out."""

__version__ = "0.1.0"
