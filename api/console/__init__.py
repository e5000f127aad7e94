"""The web console: pages over the API's own services, for people. No rule of the network stands here."""
