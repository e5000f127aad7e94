"""Compares the whole index with the chain at one block: its log, its rows, and what the contracts themselves say."""

from indexer.verify.report import Difference, VerifyImpossible, VerifyReport
from indexer.verify.run import verify

__all__ = ["Difference", "VerifyImpossible", "VerifyReport", "verify"]
