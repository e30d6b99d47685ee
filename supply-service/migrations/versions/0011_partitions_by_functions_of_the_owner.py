"""The outbox's partitions are made and dropped by functions of the owner; the service's role makes no tables."""

from alembic import op
from chassis.migrations import definer, outbox_functions_ddl

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def month(table: str) -> str:
    """The function that makes one month's partition of a table, for business time from two months ago on."""
    body = f"""
    DECLARE
        first CONSTANT date := date_trunc('month', month)::date;
        part CONSTANT text := '{table}_' || to_char(month, 'YYYYMM');
        -- which a trainer may have moved ahead
        business CONSTANT date := now() + coalesce((SELECT ahead FROM training_clock), interval '0');
    BEGIN
        IF month IS NULL OR month NOT BETWEEN business - 62 AND business + 124 THEN
            RAISE EXCEPTION 'no partition of {table} is made for %', month USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF to_regclass(part) IS NOT NULL THEN
            RETURN false;
        END IF;
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF {table} FOR VALUES FROM (%L) TO (%L)',
            part, first, (first + interval '1 month')::date
        );
        RETURN true;
    END
    """
    return definer(f"make_{table}_month(month date) RETURNS boolean", body)


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*outbox_functions_ddl(), month("redemption"), month("entry")):
        op.execute(statement)
