"""Evidence for who trusts nobody: files that one block hash checks, and a root over the state of each final block."""
