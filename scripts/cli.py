"""The `scf` command line. Started by `scripts/scf`, which has set up what this needs."""

import typer

app = typer.Typer(name="scf", help="A permissioned blockchain for supply-chain finance.", no_args_is_help=True)


@app.callback()
def main() -> None:
    """Run the network, play the demo, check the books."""


if __name__ == "__main__":
    app()
