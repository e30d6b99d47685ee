"""The tables of policies, for a revision of each service that has them."""

from __future__ import annotations

POLICY = """
    CREATE TABLE policy (
        policy_id uuid PRIMARY KEY,
        key text NOT NULL,
        scope text NOT NULL,                    -- canonical: name=value,name=value in order of the names
        value jsonb,
        expression text,
        effective_from date NOT NULL,
        effective_to date,                      -- the last day
        legal_reference text NOT NULL,
        source text NOT NULL,
        confidence text NOT NULL
            CHECK (confidence IN ('sourced', 'conflicting', 'inferred', 'unverified', 'chosen')),
        entered_by text NOT NULL,
        approved_by text,                       -- on record but not applied while nobody has approved it
        note text NOT NULL DEFAULT '',
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CHECK ((value IS NULL) <> (expression IS NULL)),
        CHECK (effective_to IS NULL OR effective_to >= effective_from),
        UNIQUE (key, scope, effective_from),
        -- One value a day. A one-point range of the hash stands for equality, so that no extension is needed.
        EXCLUDE USING gist (
            int8range(hashtextextended(key || '?' || scope, 0), hashtextextended(key || '?' || scope, 0), '[]') WITH &&,
            daterange(effective_from, effective_to, '[]') WITH &&
        )
    )
"""
# What processes keep in memory is out of date once a change has raised the version, in its own transaction.
VERSION = [
    """
    CREATE TABLE policy_version (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        version bigint NOT NULL DEFAULT 1
    )
    """,
    "INSERT INTO policy_version DEFAULT VALUES",
]


def policies_ddl() -> list[str]:
    """Statements for a revision of a service that has no table of policies yet."""
    return [POLICY, *VERSION]


def version_ddl() -> list[str]:
    """Statements for a revision of a service whose table of policies is older than this library."""
    return list(VERSION)


def withdrawal_ddl() -> list[str]:
    """Statements for a revision of a service whose policies may be withdrawn before they begin.

    A row keeps which row it has ended and what the last day of that was, to which it goes back.
    """
    return ["ALTER TABLE policy ADD COLUMN ended_policy_id uuid, ADD COLUMN ended_last_day date"]


def corrections_ddl() -> list[str]:
    """Statements for a revision of a service whose files correct rows of the past: where the wrong ones are kept."""
    return [
        """
        CREATE TABLE policy_corrected (
            policy_id uuid PRIMARY KEY,
            key text NOT NULL,
            scope text NOT NULL,
            value jsonb,
            expression text,
            effective_from date NOT NULL,
            effective_to date,
            legal_reference text NOT NULL,
            source text NOT NULL,
            confidence text NOT NULL,
            entered_by text NOT NULL,
            approved_by text,
            note text NOT NULL,
            recorded_at timestamptz NOT NULL,
            corrected_at timestamptz NOT NULL,
            reason text NOT NULL,
            corrected_source text NOT NULL
        )
        """
    ]
