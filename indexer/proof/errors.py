"""Why evidence is refused, and why it cannot be made. The class is the name of what is wrong."""

from indexer.errors import IndexStopped


class EvidenceRefused(Exception):
    """The file does not prove what it says; the message says where in it, and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where


class NotCanonical(EvidenceRefused):
    """Not in the one form that evidence has: doubled keys, numbers written otherwise, white space, damaged text."""


class FormatUnknown(EvidenceRefused):
    """Made by another version of the format."""


class FieldWrong(EvidenceRefused):
    """A field is missing, unknown, or not of its kind."""


class BlockHashDiffers(EvidenceRefused):
    """The file leads to another block than the verifier named."""


class HeaderBroken(EvidenceRefused):
    """A header is no header, or not the parent of the next."""


class ProofBroken(EvidenceRefused):
    """A node of a Merkle proof is not the one that its parent names, or leads elsewhere."""


class LogMissing(EvidenceRefused):
    """The proven receipt has no such log."""


class EventForeign(EvidenceRefused):
    """An event that does not belong to the subject, or stands where none may."""


class CodeDiffers(EvidenceRefused):
    """A token's code is not that of the network's DepositToken."""


class JournalDiffers(EvidenceRefused):
    """The events do not give the journal's word: one is missing, doubled, changed or invented."""


class JournalNotNamed(EvidenceRefused):
    """Headers prove nothing on this chain: the verifier has to name the journal's word."""


class EventLeftOut(EvidenceRefused):
    """The journal has an event of the subject that the file does not tell, or tells otherwise."""


class StatementDiffers(EvidenceRefused):
    """What the file says in words is not what is proven."""


class EvidenceImpossible(IndexStopped):
    """There is nothing to prove, or not in this way; the message says what would be right."""


class NoSuchSubject(EvidenceImpossible):
    """The index has no event of it up to that block."""


class EvidenceTooLong(EvidenceImpossible):
    """It would take more headers or events than a file may have."""


class BlockNotIndexed(EvidenceImpossible):
    """The index does not have that block."""


class EvidenceWithheld(EvidenceImpossible):
    """There is something to prove, but its proof would tell who asks what is others' business."""


class SubjectUnreadable(EvidenceImpossible):
    """Not an id of that kind."""
