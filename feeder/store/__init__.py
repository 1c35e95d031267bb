"""The store: the only room that knows SQL, and the only place where the three verbs meet."""

from feeder.store.engine import Store, Tx

__all__ = ["Store", "Tx"]
