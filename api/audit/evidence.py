"""Proof on request: the file that `scf audit prove` writes, made by the process that serves."""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import Response

from api.audit.services import AuditServices
from api.errors import RETRY_AFTER_S, ApiError
from indexer.proof.errors import EvidenceImpossible, NoSuchSubject
from indexer.proof.gather import make_evidence
from indexer.proof.subjects import Said


class EvidenceNotPossible(ApiError):
    """There is nothing to prove, or not in this way; it says what would be right."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class EvidenceSubjectUnknown(ApiError):
    """The index has no event of it up to that block."""

    status = HTTPStatus.NOT_FOUND


class EvidenceBusy(ApiError):
    """Another file is being made."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers = {"Retry-After": RETRY_AFTER_S}  # noqa: RUF012 - ClassVar in the base


def evidence(
    services: AuditServices,
    kind: str,
    id_: str,
    *,
    at: int | None,
    complete: bool,
    only: Callable[[Said], bool] | None = None,
) -> Response:
    """The file, and in headers the block that it leads to, whose hash a reader compares with what it knows.

    `only`: which events may be told to who asks. How long it may get is bounded (`indexer.proof.evidence`). NodeError
    where the node is away.
    """
    if not services.proving.acquire(blocking=False):
        raise EvidenceBusy("evidence is being made for somebody else, and one file at a time; try again")
    try:
        made = make_evidence(
            services.readers,
            services.client,
            services.deployments,
            services.network,
            kind,
            id_,
            block=at,
            complete=complete,
            only=only,
        )
    except NoSuchSubject as error:
        raise EvidenceSubjectUnknown(str(error), kind=kind, id=id_) from error
    except EvidenceImpossible as error:
        raise EvidenceNotPossible(str(error), reason=type(error).__name__, kind=kind, id=id_) from error
    finally:
        services.proving.release()
    words = [f"{address}=0x{word.hex()}" for address, word in made.words.items()]
    headers = {
        "Content-Disposition": 'attachment; filename="evidence.json"',
        "X-Scf-Block": str(made.block),
        "X-Scf-Block-Hash": made.block_hash,
        **({"X-Scf-Journals": ", ".join(words)} if words else {}),
    }
    return Response(made.content, media_type="application/json", headers=headers)
