"""Events of Unified Card: one module per publishing service, pydantic only.

Importing a publisher's module registers its events; `contracts.event.registry()` lists them all.
"""
