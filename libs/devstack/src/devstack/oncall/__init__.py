"""For whoever is on call, at a terminal: how all services are, and what they have set aside."""
