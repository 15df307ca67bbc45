"""The restricted store: bytes that lie encrypted, each file under a key of its own."""
