"""The registry of terminals (devices): registration with a place, suspension, reinstatement, for every kind of place.

A service that owns places (outlets, clinics) keeps its terminals in a table of its own by `registry.Registry` and
declares their routes by `routes`; `kinds` lists the kinds and their events, for all who hear of them.
"""
