"""Why the indexer stops or steps back. It never logs and skips: a mirror that guesses is worse than one that stands."""

from node_adapter.errors import NodeError, NodeUntrustworthy


class IndexStopped(Exception):
    """The indexer cannot go on by itself; the message is one line for a person."""


class IndexForeign(IndexStopped):
    """The database mirrors another chain or deployment than the one asked for, or the devnet was reset."""


class UnknownEvent(IndexStopped):
    """A contract of the network said something this version has no name for."""


class ProjectionDiverged(IndexStopped):
    """Our rows contradict the chain."""


class ColumnTooSmall(IndexStopped):
    """The chain said a value that a column of ours does not hold."""


class DeepReorg(IndexStopped):
    """The chain took back more blocks than we are willing to take back unasked."""


class ParentMismatch(Exception):
    """The next block does not continue ours: the node changed forks between two questions. Step back and go on."""


class JournalMismatch(NodeUntrustworthy):
    """The logs of a batch do not make what their contract's journal says: one is missing, doubled, moved or invented.

    Nothing of the batch is written. If it stays so whoever is asked, it is the index: `scf verify` says where.
    """


class ClockWentBack(NodeUntrustworthy):
    """A block is older than the one it continues: no engine makes one, and what time alone changes would be wrong."""


class ReceiptsMismatch(NodeUntrustworthy):
    """The logs of a block are not those of the receipts that its header commits to. Nothing of the batch is written."""


class ReceiptsNotCommitted(IndexStopped):
    """Receipts were to be checked where headers commit to none."""


class UnstableNode(NodeError):
    """The node changed its story more often than we ask; it may settle later."""
