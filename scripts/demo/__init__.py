"""The story of one invoice, played through the HTTP API alone."""
