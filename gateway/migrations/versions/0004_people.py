"""People who work with the system: authorities, areas, persons, their roles, invitations."""

from __future__ import annotations

from alembic import op
from chassis.governorates import GOVERNORATES
from sqlalchemy import text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

AUTHORITY = """
    CREATE TABLE authority (
        authority_id text PRIMARY KEY CHECK (authority_id ~ '^[a-z][a-z0-9-]{1,63}$'),
        name_en text NOT NULL CHECK (name_en <> ''),
        name_ar text NOT NULL CHECK (name_ar <> ''),
        parent text REFERENCES authority CHECK (parent <> authority_id),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        created_by text NOT NULL
    )
"""
# The central authority is the one without a parent: what belongs to no authority is decided there.
CENTRAL = "CREATE UNIQUE INDEX authority_central ON authority ((true)) WHERE parent IS NULL"

AREA = """
    CREATE TABLE area (
        area text PRIMARY KEY CHECK (area ~ '^([*]|[0-9]{2}([.][0-9]{2})?)$'),
        name_en text NOT NULL CHECK (name_en <> ''),
        name_ar text NOT NULL CHECK (name_ar <> '')
    )
"""

# One row is one human: the keyed mark of the national id is unique, also after somebody has left.
PERSON = """
    CREATE TABLE person (
        person_id uuid PRIMARY KEY,
        sign_in_name text NOT NULL UNIQUE CHECK (sign_in_name ~ '^[a-z0-9][a-z0-9._-]{2,63}$'),
        national_id_sealed bytea NOT NULL,
        marked_with text NOT NULL,
        national_id_mark bytea NOT NULL UNIQUE CHECK (octet_length(national_id_mark) = 32),
        full_name_sealed bytea NOT NULL,
        authority_id text NOT NULL REFERENCES authority,
        status text NOT NULL CHECK (status IN ('invited', 'active', 'suspended', 'left')),
        status_reason text NOT NULL,
        status_at timestamptz NOT NULL,
        status_by text NOT NULL,
        valid_until date,
        invited_at timestamptz NOT NULL,
        invited_by uuid REFERENCES person CHECK (invited_by <> person_id)
    )
"""

# Asked by one, decided by another, for a third; only what was entered on the host has nobody who asked.
ROLE_GRANT = """
    CREATE TABLE role_grant (
        grant_id uuid PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES person,
        role text NOT NULL CHECK (role ~ '^[a-z][a-z-]{1,63}$'),
        authority_id text NOT NULL REFERENCES authority,
        area text NOT NULL REFERENCES area,
        object_kind text CHECK (object_kind IN ('site', 'outlet', 'provider')),
        object_id uuid,
        state text NOT NULL CHECK (state IN ('asked', 'granted', 'refused', 'withdrawn', 'revoked', 'expired')),
        valid_from timestamptz NOT NULL,
        valid_to timestamptz NOT NULL CHECK (valid_to > valid_from),
        on_host boolean NOT NULL DEFAULT false,
        asked_by uuid REFERENCES person,
        asked_at timestamptz NOT NULL,
        asked_why text NOT NULL,
        decided_by uuid REFERENCES person,
        decided_at timestamptz,
        decided_why text,
        confirm_by timestamptz NOT NULL,
        confirmed_by uuid REFERENCES person,
        confirmed_at timestamptz,
        ended_by text,
        ended_at timestamptz,
        ended_why text,
        CHECK ((object_kind IS NULL) = (object_id IS NULL)),
        CHECK (CASE WHEN on_host THEN role = 'administrator' ELSE asked_by IS NOT NULL END),
        CHECK (asked_by <> person_id),
        CHECK (decided_by <> person_id),
        CHECK (decided_by <> asked_by),
        CHECK (confirmed_by <> person_id),
        CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
        CHECK (on_host OR decided_by IS NOT NULL OR state IN ('asked', 'withdrawn', 'expired')),
        CHECK ((ended_at IS NOT NULL) = (state IN ('withdrawn', 'revoked', 'expired')))
    )
"""
ROLE_GRANT_ONCE = """
    CREATE UNIQUE INDEX role_grant_once ON role_grant (person_id, role, authority_id, area, object_id)
        NULLS NOT DISTINCT WHERE state IN ('asked', 'granted')
"""
ROLE_GRANT_OPEN = "CREATE INDEX role_grant_open ON role_grant (valid_to) WHERE state IN ('asked', 'granted')"

# A one-time link with which an invited person sets the factors to sign in with; a later one voids those before.
INVITATION = """
    CREATE TABLE invitation (
        invitation_id uuid PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES person,
        marked_with text NOT NULL,
        token_mark bytea NOT NULL UNIQUE CHECK (octet_length(token_mark) = 32),
        made_by uuid REFERENCES person CHECK (made_by <> person_id),
        made_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL CHECK (expires_at > made_at),
        used_at timestamptz,
        voided_at timestamptz
    )
"""
INVITATION_OPEN = """
    CREATE UNIQUE INDEX invitation_open ON invitation (person_id) WHERE used_at IS NULL AND voided_at IS NULL
"""

AUTHORITIES = (
    ("ministry", "Ministry of Supply and Internal Trade", "وزارة التموين والتجارة الداخلية", None),
    ("finance-ministry", "Ministry of Finance", "وزارة المالية", "ministry"),
    ("health-authority", "Universal Health Insurance Authority", "الهيئة العامة للتأمين الصحي الشامل", "ministry"),
    ("pension-authority", "National Organisation for Social Insurance", "الهيئة القومية للتأمين الاجتماعي", "ministry"),
    ("local-government", "Governorates", "المحافظات", "ministry"),
)


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    tables = (AUTHORITY, CENTRAL, AREA, PERSON, ROLE_GRANT, ROLE_GRANT_ONCE, ROLE_GRANT_OPEN)
    for statement in (*tables, INVITATION, INVITATION_OPEN):
        op.execute(statement)
    connection = op.get_bind()
    authority = text(
        "INSERT INTO authority (authority_id, name_en, name_ar, parent, created_by) VALUES (:id, :en, :ar, :parent,"
        " 'installation')"
    )
    for authority_id, name_en, name_ar, parent in AUTHORITIES:
        connection.execute(authority, {"id": authority_id, "en": name_en, "ar": name_ar, "parent": parent})
    area = text("INSERT INTO area (area, name_en, name_ar) VALUES (:area, :en, :ar)")
    areas = {"*": ("Egypt", "جمهورية مصر العربية"), **GOVERNORATES}
    for code, (name_en, name_ar) in areas.items():
        connection.execute(area, {"area": code, "en": name_en, "ar": name_ar})
