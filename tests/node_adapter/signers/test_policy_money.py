"""What an act of the policy is worth: read from its arguments."""

from node_adapter import typed_data
from node_adapter.signers import acts
from tests.node_adapter.signers.policy_acts import ADDRESSES, CHAIN_ID, DEPLOYMENTS, TO, WORD, call, cash


def test_money__each_act_of_the_table__is_read_from_its_arguments() -> None:
    token = ADDRESSES["DepositTokenJPY"]
    pairs = [
        (call("DepositTokenJPY", "credit", TO, 5, WORD), 5),
        (call("DepositTokenJPY", "transfer", TO, 6), 6),
        (call("DepositTokenJPY", "transferFrom", TO, TO, 7), 7),
        (call("DepositTokenJPY", "transferBatch", [TO, TO], [3, 5]), 8),
        (call("DepositTokenJPY", "approve", TO, 2**256 - 1), 2**256 - 1),
        (call("DepositTokenJPY", "requestPayOut", 9, WORD), 9),
        (call("Settlement", "pay", 1, token, 10, WORD, [], 0, "0x"), 10),
        (call("Settlement", "recover", 1, TO, token, 11, WORD, 0, "0x"), 11),
    ]
    found = [acts.of_transaction(TO, tx, DEPLOYMENTS) for tx, _ in pairs]
    assert [(act.amount, act.currency) for act in found] == [(amount, "JPY") for _, amount in pairs]
    message = cash(TO, 12)
    assert acts.of_typed_data(message, DEPLOYMENTS).amount == 12
    read = {act.name for act in found} | {"DepositToken.ReceiveWithAuthorization", "Origination.Confirmation"}
    assert read == set(acts.MONEY), "each act of the table is read here"
    assert all(acts.known(name) for name in acts.MONEY)


def test_money__a_confirmation__counts_the_face_value_it_promises() -> None:
    terms = dict.fromkeys(field for _, field in typed_data._TERMS)
    terms |= {"supplier": TO, "debtor": TO, "programmeId": 1, "faceValue": 2**53 - 1, "issueDate": 1, "dueDate": 2}
    terms |= dict.fromkeys(("invoiceFingerprint", "evidenceHash", "tenorReasonHash", "undertakingHash"), WORD)
    programme = {field: 1 for kind, field in typed_data._PROGRAMME if kind.startswith("uint")}
    for tokens, currency in (([ADDRESSES["DepositTokenCNY"]], "CNY"), ([], None), ([TO], None)):
        values = programme | {"debtor": TO, "depositTokens": tokens, "registrationRequired": False}
        message = typed_data.confirmation(CHAIN_ID, ADDRESSES["Origination"], "0x01", terms, values, 1)
        act = acts.of_typed_data(message, DEPLOYMENTS)
        assert (act.name, act.amount, act.currency) == ("Origination.Confirmation", 2**53 - 1, currency)
