"""What the database says a service may do, beside what its packages state."""

from __future__ import annotations

from dataclasses import replace

import asyncpg

from chassis.grants import stated
from chassis.testing import SERVICE, as_owner

TABLE_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")
COLUMN_RIGHTS = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
_OWN = {"alembic_version"}

_RELATIONS = """
    SELECT c.oid, c.relname AS name, c.relkind::text AS kind, c.relispartition AS partition,
        ARRAY(SELECT r FROM unnest($2::text[]) r WHERE has_table_privilege($1, c.oid, r)) AS table_rights,
        ARRAY(SELECT r FROM unnest($3::text[]) r WHERE has_any_column_privilege($1, c.oid, r)) AS column_rights
    FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
_FUNCTIONS = """
    SELECT proname AS name, prosecdef AS definer, coalesce(array_to_string(proconfig, ' '), '') AS config,
        has_function_privilege($1, oid, 'EXECUTE') AS may
    FROM pg_proc p WHERE pronamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
_SEQUENCES = """
    SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace
        AND (has_sequence_privilege($1, oid, 'USAGE') OR has_sequence_privilege($1, oid, 'UPDATE'))
"""
_BESIDE = """
    SELECT has_database_privilege($1, current_database(), 'CREATE, TEMPORARY') AS "makes schemas or temporary tables",
        has_schema_privilege($1, current_schema(), 'CREATE') AS "makes tables",
        EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = $1) AS "is another",
        EXISTS (SELECT FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = $1) AS "owns",
        (SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls FROM pg_roles WHERE rolname = $1) AS "is more"
"""


async def check_grants(url: str, *packages: str, own_tables: tuple[str, ...] = ()) -> None:
    """Compare the rights of a service's role, on every relation and partition of a test's database, with the stated.

    Raises AssertionError naming what differs: a table that no package names has no rights, and stands here, too.
    """
    grants = stated(*packages)
    grants = replace(grants, tables=grants.tables.union(own_tables))
    connection = await asyncpg.connect(as_owner(url))
    try:
        relations = await connection.fetch(_RELATIONS, SERVICE, TABLE_RIGHTS, COLUMN_RIGHTS)
        functions = await connection.fetch(_FUNCTIONS, SERVICE)
        sequences = [row["relname"] for row in await connection.fetch(_SEQUENCES, SERVICE)]
        beside = dict(await connection.fetchrow(_BESIDE, SERVICE) or {})
    finally:
        await connection.close()
    wrong = []
    for relation in relations:
        name, kind = relation["name"], relation["kind"]
        if kind in "rp" and not relation["partition"] and name not in grants.tables | _OWN:
            wrong.append(f"{name}: no package in migrations/env.py names it among its TABLES, so nobody may use it")
        wanted = grants.rights(name, kind, partition=relation["partition"])
        if set(relation["table_rights"]) != wanted or set(relation["column_rights"]) != wanted & set(COLUMN_RIGHTS):
            wrong.append(f"{name}: may {relation['table_rights']}, stated is {sorted(wanted)}")
    for function in functions:
        if function["may"] != (function["name"] in grants.functions):
            wrong.append(f"{function['name']}(): may be called: {function['may']}")
        if function["definer"] and not function["config"].endswith("pg_temp"):
            wrong.append(f"{function['name']}(): runs as the owner with the caller's search path")
    wrong += [f"the sequence {name} may be used" for name in sequences if name not in grants.sequences]
    wrong += [f"the role {what}" for what, so in beside.items() if so]
    if wrong:
        raise AssertionError("\n".join(wrong))
