"""The rest of what can happen in a `World`: what is paid and drawn, what is not, what is held, and deposits."""

from tests.indexer.fake_acts import CONFIRMED, SETTLED, WRITTEN_OFF
from tests.indexer.fake_world import DEBTOR, HOLDERS, TOKEN, ZERO, ZERO_HASH, Said, World


def pay(world: World, wish: int) -> list[Said]:
    debt = world.debt(wish, CONFIRMED)
    if debt is None:
        return []
    interest, principal = wish % 3, wish % (debt.face - debt.paid + 1)
    if interest + principal == 0:
        return []
    debt.paid += principal
    debt.interest += interest
    if debt.paid == debt.face:
        debt.state = SETTLED
    booked = {"payable_id": debt.payable_id, "amount": principal, "paid": debt.paid, "state": debt.state}
    named = {"payable_id": debt.payable_id, "payer": DEBTOR, "deposit_token": TOKEN}
    parts = {"principal": principal, "interest": interest, "netted": wish % (interest + principal + 1)}
    received = ("Settlement", "PaymentReceived", {**named, **parts, "payment_reference": world.hash()})
    return [("Receivables", "PayablePaid", booked), received] if principal else [received]


def draw(world: World, wish: int) -> list[Said]:
    found = world.piece(wish, states=(CONFIRMED, SETTLED, WRITTEN_OFF))
    if found is None:
        return []
    debt, piece = found
    named = {"receivable_id": piece.receivable_id, "holder": piece.holder}
    due = debt.paid * piece.value // debt.face - piece.drawn
    if due <= 0:
        skipped = {"receivable_id": piece.receivable_id, "reason": wish % 3}
        return [("Settlement", "RedemptionSkipped", skipped)]
    piece.drawn += due
    last = debt.state == SETTLED or debt.closed
    said: list[Said] = []
    if last:
        del debt.pieces[piece.receivable_id]
        said.append(("Receivables", "ReceivableRedeemed", {**named, "value": piece.value}))
    shares = {"principal": due, "interest": wish % 2, "recovered": 0, "redeemed": last}
    said.append(("Settlement", "ReceivableDrawn", {**named, **shares}))
    if wish % 3:
        return [*said, ("Settlement", "HolderRedeemed", {**named, "deposit_token": TOKEN, "amount": due})]
    world.set_aside.append((piece.receivable_id, piece.holder, due))
    return [*said, ("Settlement", "CashSetAside", {**named, "deposit_token": TOKEN, "amount": due})]


def leave(world: World, wish: int) -> list[Said]:
    """What was set aside goes."""
    if not world.set_aside:
        return []
    receivable_id, holder, amount = world.set_aside.pop(wish % len(world.set_aside))
    args = {"receivable_id": receivable_id, "holder": holder, "deposit_token": TOKEN, "amount": amount}
    if wish % 2:
        return [("Settlement", "SetAsideReleased", args)]
    return [("Settlement", "SetAsideEnforced", {**args, "to": HOLDERS[0]})]


def default(world: World, wish: int) -> list[Said]:
    """Written off, recovered, closed."""
    debt = world.debt(wish, CONFIRMED, WRITTEN_OFF)
    if debt is None or debt.closed:
        return []
    why = {"payable_id": debt.payable_id, "reason_hash": world.hash()}
    left = debt.face - debt.paid - debt.recovered
    if debt.state == CONFIRMED:
        debt.state = WRITTEN_OFF
        given_up = ("Settlement", "LateInterestGivenUp", {"payable_id": debt.payable_id, "amount": 1 + wish % 9})
        written_off = ("Receivables", "PayableWrittenOff", {**why, "amount": left})
        return [given_up, written_off] if wish % 2 else [written_off]
    if wish % 2 or left == 0:
        debt.closed = True
        return [("Settlement", "RecoveryClosed", {**why, "recovered": debt.recovered})]
    debt.recovered += 1
    args = {"payable_id": debt.payable_id, "payer": DEBTOR, "deposit_token": TOKEN, "amount": 1}
    return [("Settlement", "RecoveryReceived", {**args, "recovery_reference": world.hash()})]


def recourse(world: World, wish: int) -> list[Said]:
    found = world.piece(wish)
    if found is None or found[1].endorser == ZERO:
        return []
    debt, piece = found
    ends = {"receivable_id": piece.receivable_id, "holder": piece.holder, "endorser": piece.endorser}
    claim: Said = ("Settlement", "RecourseClaimed", {**ends, "amount": piece.value})
    said = world.hand_on(debt, piece, piece.endorser, piece.value, HOLDERS[0] if wish % 2 else ZERO)
    bought: Said = ("Settlement", "ReceivableRepurchased", {**ends, "deposit_token": TOKEN, "amount": piece.value})
    return [claim, *said, bought]


def dishonour(world: World, wish: int) -> list[Said]:
    debt = world.debt(wish, CONFIRMED)
    if debt is None or debt.dishonoured is False:
        return []
    named = {"payable_id": debt.payable_id, "debtor": DEBTOR}
    if debt.dishonoured is None:
        debt.dishonoured = True
        return [("Dishonours", "DishonourRecorded", {**named, "due_date": 2, "amount": debt.face - debt.paid})]
    why = {**named, "reason_hash": world.hash()}
    if wish % 2:
        return [("Dishonours", "DishonourObjected", why)]
    debt.dishonoured = False
    said: list[Said] = [("Dishonours", "DishonourLifted", why)]
    if DEBTOR in world.status:
        said.append(("Dishonours", "DebtorBarredUntil", {"debtor": DEBTOR, "until": wish % 3}))
    return said


def hold(world: World, wish: int) -> list[Said]:
    """Placed, or one of those that stand released."""
    if world.holds and wish % 3 == 0:
        ended = world.holds.pop(list(world.holds)[wish % len(world.holds)])
        args = {"receivable_id": ended.receivable_id, "hold_id": ended.hold_id}
        return [("Holds", "HoldReleased", args)]
    found = world.piece(wish)
    return world.new_hold(found[1], 2 + wish % 3, 1 + wish % found[1].value) if found else []


def order(world: World, wish: int) -> list[Said]:
    """Given, or ended."""
    if world.orders and wish % 3 == 0:
        ended = world.orders.pop(wish % len(world.orders))
        return [
            ("Holds", "FreezeReleased", {"order_id": ended, "reason_hash": world.hash() if wish % 2 else ZERO_HASH})
        ]
    world.orders_made += 1
    world.orders.append(world.orders_made)
    scope = {"payable_id": next(iter(world.debts), ZERO_HASH[:58]) if wish % 2 else ZERO_HASH[:58]}
    named = {"order_id": world.orders_made, "holder": HOLDERS[wish % 3], **scope, "amount": 5, "until": 10**9}
    return [("Holds", "FreezeOrdered", {**named, "reason_hash": world.hash(), "authority_hash": world.hash()})]


def enforce(world: World, wish: int) -> list[Said]:
    """Set aside under an order, and some of it moved: a piece, or cash."""
    found = world.piece(wish, unpaid=True)
    if found is None or not world.orders:
        return []
    debt, piece = found
    held = 1 + wish % piece.value
    amount = 1 + wish % held
    said = world.new_hold(piece, 1, held, world.orders[0])
    moved_id = ZERO_HASH
    if wish % 3:
        whole = amount == piece.value
        said += world.hand_on(debt, piece, HOLDERS[1], amount, piece.endorser)
        moved_id = piece.receivable_id if whole else list(debt.pieces)[-1]
    hold_id = world.holds_made
    world.holds[hold_id].amount -= amount
    if world.holds[hold_id].amount == 0:
        del world.holds[hold_id]
    args = {"receivable_id": piece.receivable_id, "hold_id": hold_id, "to": HOLDERS[1], "amount": amount}
    return [*said, ("Holds", "HoldEnforced", {**args, "moved_id": moved_id})]


def cash(world: World, wish: int) -> list[Said]:
    who, reference = HOLDERS[wish % 3], world.hash()
    return [
        ("DepositToken", "Transfer", {"from": ZERO, "to": who, "value": 1 + wish}),
        ("DepositToken", "DepositCredited", {"bank_reference": reference, "account": who, "amount": 1 + wish}),
        ("Anchors", "Anchored", {"anchor_hash": reference, "author": who, "kind": reference}),
    ]


def pay_out(world: World, wish: int) -> list[Said]:
    who = HOLDERS[wish % 3]
    if world.pay_outs and wish % 2:
        number = world.pay_outs.pop(wish % len(world.pay_outs))
        to = ZERO if wish % 3 else who
        moved: Said = ("DepositToken", "Transfer", {"from": TOKEN, "to": to, "value": 3})
        if to == ZERO:
            return [moved, ("DepositToken", "PayOutCompleted", {"pay_out_id": number, "bank_reference": world.hash()})]
        return [moved, ("DepositToken", "PayOutRefused", {"pay_out_id": number, "reason_hash": world.hash()})]
    world.pay_outs_made += 1
    world.pay_outs.append(world.pay_outs_made)
    args = {"pay_out_id": world.pay_outs_made, "account": who, "amount": 3, "instruction_hash": world.hash()}
    return [
        ("DepositToken", "Transfer", {"from": who, "to": TOKEN, "value": 3}),
        ("DepositToken", "PayOutRequested", args),
    ]


def pause(world: World, wish: int) -> list[Said]:
    world.paused = not world.paused
    if world.paused:
        return [("DepositToken", "TokenPaused", {"bank": HOLDERS[wish % 3], "reason_hash": world.hash()})]
    return [("DepositToken", "TokenResumed", {"bank": HOLDERS[wish % 3]})]
