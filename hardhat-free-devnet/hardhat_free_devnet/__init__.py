"""The pinned chain tools and the one-machine devnet. Imported by `scripts` and tests only."""
