"""What can happen in a `World`. Each act takes the world and a wish and says the events; none where it cannot be."""

from tests.indexer.fake_world import DEBTOR, FACE, HOLDERS, TOKEN, ZERO, ZERO_HASH, Debt, Piece, Said, World, account

PROPOSED, CONFIRMED, SETTLED, DISPUTED, DECLINED, CANCELLED, WRITTEN_OFF = range(1, 8)


def participate(world: World, wish: int) -> list[Said]:
    who = [*HOLDERS, DEBTOR][wish % 4]
    was, world.status[who] = world.status.get(who, 0), 1
    admission = {"account": who, "roles": 2, "legal_entity_hash": world.hash()}
    if was == 0:
        return [("Participants", "ParticipantAdmitted", {**admission, "number": len(world.status)})]
    if was == 2 and wish % 3:
        return [("Participants", "ParticipantReinstated", {"account": who})]
    if was == 3:
        return [("Participants", "ParticipantReadmitted", admission)]
    closes = was == 2 or wish % 5 == 0
    world.status[who] = 3 if closes else 2
    name = "ParticipantClosed" if closes else "ParticipantSuspended"
    return [("Participants", name, {"account": who, "reason_hash": world.hash()})]


def rotate(world: World, wish: int) -> list[Said]:
    who = HOLDERS[wish % 3]
    if who not in world.status:
        return []
    if who not in world.announced:
        world.announced[who] = account(world.hash())
        args = {"account": who, "key": world.announced[who], "effective_at": 1_000 + wish}
        return [("Participants", "KeyRotationAnnounced", args)]
    key = world.announced.pop(who)
    if wish % 2:
        return [("Participants", "KeyRotationCancelled", {"account": who, "key": key})]
    previous, world.keys[who] = world.keys.get(who, who), key
    return [("Participants", "KeyRotated", {"account": who, "previous_key": previous, "key": key})]


def programme(world: World, wish: int) -> list[Said]:
    if world.programmes and wish % 3 == 0:
        return [("Origination", "ProgrammeRetired", {"programme_id": world.programmes.pop()})]
    number = world.said
    world.programmes.append(number)
    months = {"soft_tenor_months": 6, "hard_tenor_months": 12}
    days = {"blackout_days_before": 0, "blackout_days_after": 3, "dishonour_days": 5}
    limits = {"minimum_piece": wish % 9, "maximum_depth": 9, "refusal_hours": 48}
    more = {"registration_required": wish % 2 == 0, "late_rate_ppm": 4_000_000_000}
    published = {"programme_id": number, "debtor": DEBTOR, **limits, **months, **days, **more}
    return [
        ("Origination", "ProgrammePublished", published),
        ("Origination", "ProgrammeTokenAccepted", {"programme_id": number, "deposit_token": TOKEN}),
    ]


def rate(world: World, wish: int) -> list[Said]:
    if wish % 5 == 0:
        return [("Origination", "SuccessorNamed", {"successor": HOLDERS[wish % 3]})]
    return [("Origination", "ReferenceRateSet", {"effective_date": wish, "rate_ppm": 31_000 + world.said})]


def propose(world: World, wish: int) -> list[Said]:
    debt = Debt(f"0x{len(world.debts) + 1:056x}", world.hash())
    world.debts[debt.payable_id] = debt
    parties = {"payable_id": debt.payable_id, "supplier": HOLDERS[0], "debtor": DEBTOR, "programme_id": 1}
    terms = {"face_value": FACE, "issue_date": 1, "due_date": 2}
    hashes = {"invoice_fingerprint": debt.fingerprint, "evidence_hash": world.hash(), "undertaking_hash": world.hash()}
    issued = wish % 4 == 0
    args = {**parties, **terms, **hashes, "tenor_reason_hash": ZERO_HASH}
    said: list[Said] = [("Origination", "PayableIssued" if issued else "PayableProposed", args)]
    return said + _open(debt, issued=True) if issued else said


def _open(debt: Debt, *, issued: bool) -> list[Said]:
    debt.state, debt.serials = CONFIRMED, 1
    root = Piece(f"{debt.payable_id}00000001", HOLDERS[0], 0, debt.face, DEBTOR)
    debt.pieces[root.receivable_id] = root
    named = {"payable_id": debt.payable_id, "receivable_id": root.receivable_id, "holder": root.holder}
    terms = {"debtor": DEBTOR, "programme_id": 1, "face_value": debt.face, "due_date": 2, "late_rate_ppm": 182_500}
    standard: Said = ("Receivables", "Transfer", {"from": ZERO, "to": root.holder, "token_id": root.receivable_id})
    return [standard, ("Receivables", "PayableConfirmed", {**named, **terms, "issued": issued})]


def confirm(world: World, wish: int) -> list[Said]:
    debt = world.debt(wish, PROPOSED)
    return _open(debt, issued=False) if debt else []


def decide(world: World, wish: int) -> list[Said]:
    """What happens to a proposal that is not confirmed."""
    debt = world.debt(wish, PROPOSED, DISPUTED)
    if debt is None:
        return []
    args = {"payable_id": debt.payable_id}
    why = {**args, "reason_hash": world.hash()}
    if wish % 5 == 0 and debt.face > 1:
        debt.face -= 1
        note = {"amount": 1, "face_value": debt.face, "credit_note_hash": world.hash()}
        return [("Origination", "ProposalCredited", {**args, **note})]
    if wish % 5 == 1:
        debt.state = DECLINED
        return [("Origination", "ProposalDeclined", why)]
    if wish % 5 == 2:
        debt.state = CANCELLED
        return [("Origination", "ProposalWithdrawn", args)]
    if debt.state == DISPUTED:
        debt.state = PROPOSED
        return [("Origination", "ProposalDisputeWithdrawn", args)]
    debt.state = DISPUTED
    return [("Origination", "ProposalDisputed", why)]


def cancel(world: World, wish: int) -> list[Said]:
    debt = world.debt(wish, CONFIRMED)
    if debt is None or debt.serials != 1 or debt.paid:
        return []
    debt.state = CANCELLED
    (root,) = debt.pieces
    debt.pieces.clear()
    released = {"invoice_fingerprint": debt.fingerprint, "payable_id": debt.payable_id}
    gone = {"payable_id": debt.payable_id, "receivable_id": root}
    return [("Origination", "InvoiceReleased", released), ("Receivables", "PayableCancelled", gone)]


def split(world: World, wish: int) -> list[Said]:
    found = world.piece(wish, unpaid=True)
    if found is None or found[1].value < 2:
        return []
    debt, piece = found
    endorser = piece.holder if wish % 2 else ZERO
    return world.hand_on(debt, piece, HOLDERS[wish % 3], 1 + wish % (piece.value - 1), endorser)


def transfer(world: World, wish: int) -> list[Said]:
    found = world.piece(wish)
    if found is None:
        return []
    debt, piece = found
    if piece.sender in HOLDERS and wish % 4 == 0:
        ends = {"receivable_id": piece.receivable_id, "receiver": piece.holder, "sender": piece.sender}
        said = world.hand_on(debt, piece, piece.sender, piece.value, HOLDERS[2])
        return [*said, ("Receivables", "ReceivableRefused", ends)]
    return world.hand_on(debt, piece, HOLDERS[wish % 3], piece.value, piece.holder if wish % 2 else ZERO)


def merge(world: World, wish: int) -> list[Said]:
    pairs = [
        (debt, left, right)
        for debt in world.debts.values()
        if debt.state == CONFIRMED and not debt.paid
        for left in debt.pieces.values()
        for right in debt.pieces.values()
        if left.end == right.start and left.holder == right.holder and not left.parked | right.parked
    ]
    if not pairs:
        return []
    debt, left, right = pairs[wish % len(pairs)]
    left.end, left.depth = right.end, max(left.depth, right.depth)
    del debt.pieces[right.receivable_id]
    named = {"receivable_id": left.receivable_id, "absorbed_id": right.receivable_id, "holder": left.holder}
    return [
        ("Receivables", "ReceivablesMerged", {**named, "start": left.start, "end": left.end, "depth": left.depth}),
    ]


def park(world: World, wish: int) -> list[Said]:
    found = world.piece(wish)
    if found is None:
        return []
    debt, piece = found
    value = piece.value if debt.paid else 1 + wish % piece.value
    kind = wish % 2
    holder, whole = piece.holder, value == piece.value
    said = world.hand_on(debt, piece, DEBTOR, value, ZERO, parked=True)
    parked_id = piece.receivable_id if whole else list(debt.pieces)[-1]
    note = {"document_hash": world.hash() if kind else ZERO_HASH}
    args = {"receivable_id": parked_id, "from": holder, "kind": kind, "value": value, **note}
    return [*said, ("Receivables", "ReceivableParked", args)]


def sell(world: World, wish: int) -> list[Said]:
    found = world.piece(wish)
    if found is None:
        return []
    debt, piece = found
    value = piece.value if debt.paid else 1 + wish % piece.value
    supplier, whole, quote_hash = piece.holder, value == piece.value, world.hash()
    said = world.hand_on(debt, piece, HOLDERS[2], value, supplier if wish % 2 else ZERO)
    delivered = piece.receivable_id if whole else list(debt.pieces)[-1]
    named = {"quote_hash": quote_hash, "receivable_id": piece.receivable_id, "financier": HOLDERS[2]}
    price = {"value": value, "proceeds": value - 1, "discount": 1, "value_date": 1, "recourse": bool(wish % 2)}
    ends = {"supplier": supplier, "delivered_id": delivered, "deposit_token": TOKEN, "registration_hash": ZERO_HASH}
    fee = {"quote_hash": quote_hash, "to": HOLDERS[1], "deposit_token": TOKEN, "amount": 1}
    called_off = {"financier": HOLDERS[2], "nonce": world.nonce()}
    return [
        *said,
        ("Discounting", "QuoteAccepted", {**named, **price, **ends}),
        ("Discounting", "FeePaid", fee),
        ("Discounting", "QuoteCancelled", called_off),
    ]
