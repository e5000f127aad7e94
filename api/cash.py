"""Cash that its owner signs over to Settlement for one purpose: the relay brings it, and it has no other use."""

from api.context import CommandContext
from api.currencies import currency_of
from node_adapter import typed_data
from node_adapter.typed_data import TypedData

PAYMENT_LIFE_S = 7 * 86_400


def valid_before(context: CommandContext) -> int:
    """Of a message that is made now: the Unix second before which it is good."""
    return context.now() + PAYMENT_LIFE_S


def to_settlement(
    context: CommandContext, payable_id: str, *, payer: str, token: str, value: int, nonce: str, before: int
) -> TypedData:
    """The ERC-3009 message over `value` minor units. `nonce` says what the cash is for."""
    return typed_data.receive_with_authorization(
        chain_id=context.services.deployments.chain_id,
        token_address=token,
        token_name=typed_data.deposit_token_name(currency_of(context.services.deployments, token)),
        from_=payer,
        to=context.address("Settlement", payable_id),
        value=value,
        valid_after=0,
        valid_before=before,
        nonce=nonce,
    )
