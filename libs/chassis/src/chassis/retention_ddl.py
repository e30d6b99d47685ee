"""DDL of retention: who is held back from it, and functions of the owner that end rows within bounds."""

from __future__ import annotations

from chassis.ddl import OWN_SCHEMA, definer

TODAY = "(now() AT TIME ZONE 'Africa/Cairo')::date"

# Whose data stay whatever their age. A restriction decided for a later day holds them already.
HELD_BACK = """
    CREATE VIEW held_back AS SELECT citizen_id FROM restriction
    WHERE lifted_at IS NULL AND (ends_on IS NULL OR ends_on > (now() AT TIME ZONE 'Africa/Cairo')::date)
"""


def refuse_younger(least_months: int) -> str:
    """The beginning of a function that ends rows: what is younger is refused, whoever asks."""
    return f"""
        IF before IS NULL OR most IS NULL OR before > clock_timestamp() - interval '{least_months} months' THEN
            RAISE EXCEPTION 'rows since % are kept', before USING ERRCODE = 'invalid_parameter_value';
        END IF;"""


def _table(deletes: str) -> str:
    return deletes.removeprefix("DELETE FROM ")


def ending_ddl(deletes: str, past: str, kept: str, least_months: int) -> list[str]:
    """A function `end_<table>(before, most)`: deletes rows past `before`, at most so many, but none that is kept.

    `deletes`: the statement's beginning, `DELETE FROM <table>`, written by whose table it is.
    `least_months`: what is younger is refused, whoever asks.
    """
    table = _table(deletes)
    return [
        OWN_SCHEMA,
        definer(
            f"end_{table}(before timestamptz, most integer) RETURNS bigint",
            f"""
    DECLARE
        ended bigint;
    BEGIN {refuse_younger(least_months)}
        {deletes} WHERE ctid = ANY(ARRAY(
            SELECT t.ctid FROM {table} t WHERE {past.format(before="before")} AND NOT {kept} LIMIT most));
        GET DIAGNOSTICS ended = ROW_COUNT;
        RETURN ended;
    END
    """,  # noqa: S608 - words of the revisions alone
        ),
    ]


def month_ending_ddl(deletes: str, keeps: str, kept: str, least_months: int) -> list[str]:
    """A function `end_<table>(before, most)` for a table in partitions by `period`, which are named `<table>_YYYYMM`.

    `deletes` and `keeps` name it: "DELETE FROM sale", "INSERT INTO sale". A month that is over before `before` is
    dropped whole; rows that are kept move to the default partition (`<table>_rest`) first, so that one of millions
    costs no deleting of the others. What lies there ends row by row.
    """
    table = _table(deletes)
    return [
        OWN_SCHEMA,
        definer(
            f"end_{table}(before timestamptz, most integer) RETURNS bigint",
            f"""
    DECLARE
        ended bigint := 0;
        counted bigint;
        moved bigint;
        part text;
    BEGIN {refuse_younger(least_months)}
        FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = '{table}'::regclass AND c.relname ~ '^{table}_[0-9]{{6}}$' ORDER BY c.relname
        LOOP
            CONTINUE WHEN to_date(right(part, 6), 'YYYYMM') + interval '1 month' >= before;
            EXECUTE format('SELECT count(*) FROM %I', part) INTO counted;
            EXECUTE format('ALTER TABLE {table} DETACH PARTITION %I', part);
            EXECUTE format('{keeps} SELECT t.* FROM %I t WHERE {kept}', part);
            GET DIAGNOSTICS moved = ROW_COUNT;
            EXECUTE format('DROP TABLE %I', part);
            ended := ended + counted - moved;
        END LOOP;
        {deletes}_rest WHERE ctid = ANY(ARRAY(SELECT t.ctid FROM {table}_rest t
            WHERE t.period + interval '1 month' < before AND NOT {kept} LIMIT most));
        GET DIAGNOSTICS counted = ROW_COUNT;
        RETURN ended + counted;
    END
    """,  # noqa: S608 - words of the revisions alone
        ),
    ]
