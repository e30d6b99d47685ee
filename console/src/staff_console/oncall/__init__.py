"""For whoever is on call: how all services are, and what they have set aside. It shows; a page of its own changes."""
