"""The tables of proposals, for a revision of each service that has them."""

from __future__ import annotations

PROPOSAL = [
    """
    CREATE TABLE proposal (
        proposal_id uuid PRIMARY KEY,
        kind text NOT NULL,
        subject text NOT NULL,                  -- the object it is about
        state text NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'refused', 'withdrawn', 'expired')),
        content text NOT NULL,                  -- what is proposed, as canonical JSON
        digest bytea NOT NULL,
        amount bigint CHECK (amount >= 0),      -- piastres; what the number of deciders goes by
        governorate text,                       -- where the subject belongs; none: it is the nation's
        district text,
        authority text,
        deciders smallint CHECK (deciders > 0), -- how many must approve, as the policies said when it was submitted
        office text CHECK (office IN ('any', 'same', 'other')),
        entered_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        CHECK (digest = sha256(convert_to(content, 'UTF8'))),
        CHECK ((ended_at IS NULL) = (state IN ('draft', 'submitted'))),
        CHECK (state = 'draft' OR ended_at IS NOT NULL OR (deciders IS NOT NULL AND office IS NOT NULL))
    )
    """,
    # One question about an object at a time.
    "CREATE UNIQUE INDEX proposal_open ON proposal (kind, subject) WHERE state IN ('draft', 'submitted')",
    "CREATE INDEX proposal_due ON proposal (expires_at) WHERE state IN ('draft', 'submitted')",
]
ACT = [
    """
    CREATE TABLE proposal_act (
        proposal_id uuid NOT NULL REFERENCES proposal,
        number integer NOT NULL CHECK (number > 0),
        act text NOT NULL
            CHECK (act IN ('entered', 'changed', 'submitted', 'approved', 'refused', 'withdrawn', 'expired')),
        who text NOT NULL,
        through text,
        office text,
        session text,
        at timestamptz NOT NULL,
        digest bytea NOT NULL CHECK (octet_length(digest) = 32),  -- of what was proposed at that moment
        reason text,
        PRIMARY KEY (proposal_id, number)
    )
    """,
    """
    CREATE FUNCTION refuse_proposal_act_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'acts on proposals are appended only'; END $$
    """,
    """
    CREATE TRIGGER proposal_act_appended BEFORE UPDATE OR DELETE OR TRUNCATE ON proposal_act
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_proposal_act_change()
    """,
]


def approvals_ddl() -> list[str]:
    """Statements for a revision of a service that has no proposals yet, to be executed one by one."""
    return [*PROPOSAL, *ACT]
