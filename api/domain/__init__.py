"""Domain rules that the chain does not enforce. Pure: no clock, no database, no network."""
