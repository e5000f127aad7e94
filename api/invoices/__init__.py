"""Invoices: read, refuse, fingerprint, and keep encrypted."""
