"""Clients have an owner, a purpose and an end, and secrets that overlap; the nation is said.

What is changed for clients that exist is written at each of them in `upgrade_note`, and logged.
"""

from __future__ import annotations

import logging

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

log = logging.getLogger("unicard.migrations")

COLUMNS = """
    ALTER TABLE api_client
        ADD COLUMN owner text NOT NULL DEFAULT 'unassigned' CHECK (owner ~ '^[a-z][a-z0-9-]{1,63}$'),
        ADD COLUMN purpose text NOT NULL DEFAULT '',
        ADD COLUMN expires_at timestamptz,
        ADD COLUMN secret_expires_at timestamptz,
        ADD COLUMN recertified_at timestamptz,
        ADD COLUMN recertified_by text,
        ADD COLUMN upgrade_note text
"""

# `*` is the nation, `35.02` a district. A client whose scopes are still to be decided about has none.
CHECKS = (
    "ALTER TABLE api_client DROP CONSTRAINT api_client_governorate_check",
    "ALTER TABLE api_client DROP CONSTRAINT api_client_scopes_check",
    r"ALTER TABLE api_client ADD CONSTRAINT api_client_area CHECK (governorate ~ '^(\*|[0-9]{2}(\.[0-9]{2})?)$')"
    " NOT VALID",
    "ALTER TABLE api_client VALIDATE CONSTRAINT api_client_area",
)

SUPERSEDED = """
    CREATE TABLE superseded_secret (
        client_id text NOT NULL REFERENCES api_client,
        marked_with text NOT NULL,
        secret_mark bytea NOT NULL CHECK (octet_length(secret_mark) = 32),
        ends_at timestamptz NOT NULL,
        PRIMARY KEY (client_id, secret_mark)
    )
"""

OWNERS = """
    UPDATE api_client SET owner = CASE
        WHEN created_by = 'environment' OR client_id IN ('ministry', 'operations', 'sms-provider') THEN 'ministry'
        WHEN client_id LIKE 'counter-%' THEN 'ministry'
        WHEN client_id = 'reconciliation' THEN 'finance-ministry'
        WHEN client_id = 'health-authority' THEN 'health-authority'
        WHEN client_id IN ('pension-authority', 'pension-approver') THEN 'pension-authority'
        ELSE 'unassigned' END
"""

# Nobody decided about what these clients may: they end in 90 days, unless somebody answers for each before.
RECERTIFY = """
    UPDATE api_client SET expires_at = now() + interval '90 days' WHERE created_by <> 'environment'
"""

# The client that sets up has a day from now on, as in a new installation: this version may add clients.
SETTING_UP = """
    UPDATE api_client SET expires_at = now() + interval '24 hours', scopes = '{clients:read,clients:write}'
     WHERE created_by = 'environment'
"""

NATION = """
    UPDATE api_client SET governorate = '*',
        upgrade_note = concat_ws(' ', upgrade_note, 'Was bound to no governorate: bound to the nation (*).')
     WHERE governorate IS NULL RETURNING client_id
"""

# Deciding is for people. A client that could do nothing else keeps no scope.
DECIDING = """
    UPDATE api_client SET scopes = array_remove(scopes, 'payouts:approve'),
        upgrade_note = concat_ws(' ', upgrade_note, 'Lost payouts:approve: people decide.')
     WHERE 'payouts:approve' = ANY(scopes) RETURNING client_id
"""

REPLACED = """
    UPDATE api_client SET upgrade_note = concat_ws(' ', upgrade_note,
        'In its place: registry, cards, outlets, policies, messages. Suspend it when nothing uses it any more.')
     WHERE client_id = 'ministry' RETURNING client_id
"""


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (COLUMNS, *CHECKS, SUPERSEDED, OWNERS, RECERTIFY, SETTING_UP):
        op.execute(statement)
    for what, statement in (
        ("bound to the nation, to be recertified within 90 days", NATION),
        ("lost the deciding scope payouts:approve", DECIDING),
        ("is replaced by narrower clients", REPLACED),
    ):
        for (client_id,) in op.get_bind().execute(sa.text(statement)):
            log.warning("API client %s: %s", client_id, what)
