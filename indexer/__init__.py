"""Mirrors the chain into SQL, reorg-safe, checkable, as of any block."""
