"""The verbs: ingest, publish, deliver. They never call each other; they meet in the store."""
