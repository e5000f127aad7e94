"""Why a key does not sign. One line for the user each, with no secret in it."""


class SignerError(Exception):
    """No signature was made, and nothing was sent."""


class KeyNotHeld(SignerError):
    """No signer here has a key for the address."""


class KeystoreError(SignerError):
    """A file of keys, a passphrase or the settings of signers cannot be used: somebody has to mend it."""


class SignerUnavailable(SignerError):
    """The key is elsewhere, and cannot be reached or used now. What needs it waits, and goes on when it is back."""


class SignerUntrustworthy(SignerUnavailable):
    """What a signer gave back is no signature of exactly what it was asked. Nothing of it was used."""


class PolicyRefused(SignerError):
    """The key's policy forbids this signature; asked again it refuses again. No nonce is spent."""

    def __init__(self, signer: str, function: str, reason: str) -> None:
        """`function`: `Contract.function`, `Contract.constructor`, `Contract.PrimaryType`, or what it is if none."""
        super().__init__(f"the policy of {signer} refuses {function}: {reason}")
        self.signer = signer
        self.function = function
        self.reason = reason

    @property
    def params(self) -> dict[str, str]:
        """For the row of an operation that fails by this."""
        return {"signer": self.signer, "function": self.function, "reason": self.reason}
