"""Talks to any Ethereum JSON-RPC node: build, deploy, sign, send once, read."""
