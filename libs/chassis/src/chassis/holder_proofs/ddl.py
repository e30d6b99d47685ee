"""DDL of holder's proofs, for a revision of each service that believes them."""

from __future__ import annotations

HOLDER_PROOFS = [
    """
    CREATE TABLE holder_proof_key (
        kid text PRIMARY KEY,
        jwk jsonb NOT NULL,
        fetched_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    # One operation for each proof, whatever runs at the same time.
    """
    CREATE TABLE holder_proof_used (
        proof_id uuid PRIMARY KEY,
        operation text NOT NULL CHECK (operation <> ''),
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX holder_proof_used_age ON holder_proof_used (expires_at)",
]


def holder_proof_ddl() -> list[str]:
    """Statements for a later revision: card-service's keys as they were last known, and which proofs are used."""
    return list(HOLDER_PROOFS)
