"""Roles and delays of disclosures that are asked for become proposals, decided like everything else by two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from alembic import op
from pydantic import JsonValue
from sqlalchemy import Connection, text

from approvals.content import canonical, digest_of
from chassis.ids import new_id

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DAYS = {"role-grant": 14, "disclosure-delay": 30}
PROPOSAL = text(
    "INSERT INTO proposal (proposal_id, kind, subject, state, content, digest, governorate, district, deciders, office,"
    " entered_at, expires_at) VALUES (:proposal_id, :kind, :subject, 'submitted', :content, :digest, :governorate,"
    " :district, 1, 'any', :at, :until) ON CONFLICT DO NOTHING"
)
ACT = text(
    "INSERT INTO proposal_act (proposal_id, number, act, who, at, digest, reason)"
    " VALUES (:proposal_id, :number, :act, :who, :at, :digest, :reason)"
)
GRANTS = text(
    "SELECT grant_id, person_id, role, authority_id, area, object_kind, object_id, valid_from, valid_to, asked_by,"
    " asked_at, asked_why FROM role_grant WHERE state = 'asked' AND asked_by IS NOT NULL ORDER BY asked_at"
)
DELAYS = text(
    "SELECT delay_id, citizen_id, case_number, reason, until, asked_by, asked_at FROM disclosure_delay"
    " WHERE decided_by IS NULL ORDER BY asked_at"
)


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    connection = op.get_bind()
    for row in connection.execute(GRANTS).all():
        content: JsonValue = {
            "grant_id": str(row.grant_id),
            "person_id": str(row.person_id),
            "role": row.role,
            "authority_id": row.authority_id,
            "area": row.area,
            "object_kind": row.object_kind,
            "object_id": None if row.object_id is None else str(row.object_id),
            "valid_from": row.valid_from.astimezone(UTC).isoformat(),
            "valid_to": row.valid_to.astimezone(UTC).isoformat(),
        }
        area = "" if row.area == "*" else row.area
        enter(
            connection, "role-grant", row.grant_id, content, area, f"person:{row.asked_by}", row.asked_at, row.asked_why
        )
    for row in connection.execute(DELAYS).all():
        about: JsonValue = {"citizen_id": str(row.citizen_id), "case_number": row.case_number, "reason": row.reason}
        content = {
            "delay_id": str(row.delay_id),
            "until": row.until.isoformat(),
            "about_sha256": digest_of(canonical(about)).hex(),
        }
        enter(connection, "disclosure-delay", row.delay_id, content, "", row.asked_by, row.asked_at, None)


def enter(
    connection: Connection,
    kind: str,
    subject: UUID,
    content: JsonValue,
    area: str,
    who: str,
    at: datetime,
    reason: str | None,
) -> None:
    """Write what somebody had asked for as a proposal that was submitted at that moment."""
    written = canonical(content)
    digest, proposal_id = digest_of(written), new_id()
    governorate, _, district = area.partition(".")
    connection.execute(
        PROPOSAL,
        {
            "proposal_id": proposal_id,
            "kind": kind,
            "subject": str(subject),
            "content": written,
            "digest": digest,
            "governorate": governorate or None,
            "district": district or None,
            "at": at,
            "until": at + timedelta(days=DAYS[kind]),
        },
    )
    for number, act in enumerate(("entered", "submitted"), start=1):
        acted = {"act": act, "who": who, "at": at, "digest": digest, "reason": reason if number == 1 else None}
        connection.execute(ACT, {"proposal_id": proposal_id, "number": number, **acted})
