"""What a command says when it cannot go on."""


class CliError(Exception):
    """One line for the user: what is wrong, and how to mend it. The command exits with status 1."""

    def __init__(self, message: str, *, name: str = "Failed") -> None:
        super().__init__(message)
        self.name = name
