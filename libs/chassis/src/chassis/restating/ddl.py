"""DDL of state told again: the tables each service needs for what it tells and for what is told to it."""

from __future__ import annotations

# State told again: what was ordered of the owner, what a reader has heard of it, the newest event heard of each key,
# and which copies lack a fact.
RESTATING = [
    """
    CREATE TABLE restatement (
        restatement_id uuid PRIMARY KEY,
        subject text NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dropped')),
        ordered_by text NOT NULL,
        reason text NOT NULL,
        ordered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        begun_at timestamptz,
        finished_at timestamptz,
        done_key uuid,
        told bigint NOT NULL DEFAULT 0,
        expected bigint
    )
    """,
    "CREATE UNIQUE INDEX restatement_waiting ON restatement (subject) WHERE state = 'waiting'",
    """
    CREATE TABLE restatement_heard (
        restatement_id uuid NOT NULL,
        edition integer NOT NULL,
        subject text NOT NULL,
        heard bigint NOT NULL DEFAULT 0,
        told bigint,
        first_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        last_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (restatement_id, edition)
    )
    """,
    """
    CREATE TABLE newest_event (
        source text NOT NULL,
        key text NOT NULL,
        position bigint NOT NULL,
        heard_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (source, key)
    )
    """,
    "CREATE INDEX newest_event_age ON newest_event USING brin (heard_at)"
    " WITH (pages_per_range = 16, autosummarize = on)",
    """
    CREATE TABLE read_model (
        subject text NOT NULL,
        edition integer NOT NULL,
        fact text NOT NULL,
        lacking_since timestamptz NOT NULL DEFAULT clock_timestamp(),
        asked_at timestamptz,
        complete_at timestamptz,
        restatement_id uuid,
        PRIMARY KEY (subject, edition)
    )
    """,
]


def restating_ddl() -> list[str]:
    """Statements for a later revision of each service: state told again, by it and to it."""
    return list(RESTATING)


def lacking(subject: str, edition: int, fact: str, where: str) -> str:
    """A statement for a revision that adds a fact to a copy: it is incomplete until the subject was told again.

    `edition`: of the version that keeps the fact (`Reactions.restated`); `where`: what is true where rows lack it,
    such as `EXISTS (SELECT FROM wallet WHERE governorate IS NULL)`: an installation without rows lacks nothing.
    """
    return f"INSERT INTO read_model (subject, edition, fact) SELECT '{subject}', {edition}, '{fact}' WHERE {where}"
