"""The HTTP API and web console over the indexer's tables."""
