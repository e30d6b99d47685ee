"""The Port Said pilot as data and as a play through the gateway: people, places, stages, report."""
