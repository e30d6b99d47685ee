"""Distribution: pick-up sites, appointments, plans."""
