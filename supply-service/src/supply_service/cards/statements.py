"""How a batch of sales changes households and their pots: parts of its one statement (`sales.statements`)."""

# ruff: noqa: S608 - nothing but this module's own condition is put into a statement

from __future__ import annotations

# Households that are still as they were read; whatever else the statement writes depends on them.
MOVED = """
    moved AS (
        UPDATE household h
        SET version = h.version + 1, opened = u.opened, debt_bread = u.debt_bread, debt_goods = u.debt_goods,
            debt_points = u.debt_points
        FROM unnest($1::batch_household[]) AS u
        WHERE h.household_id = u.household_id AND h.version = u.version
        RETURNING h.household_id
    )"""
# Of the rows of a parameter, those whose household has moved.
OF_MOVED = "(u.household_id IN (SELECT household_id FROM moved)) IS TRUE"

POTS = f"""
    pots AS (
        UPDATE pot p SET remaining = u.remaining, drawn_days = u.drawn_days, drawn_units = u.drawn_units
        FROM unnest($2::batch_pot[]) AS u
        WHERE p.household_id = u.household_id AND p.period = u.period AND p.programme = u.programme
            AND {OF_MOVED}
    )"""
OPENED = f"""
    opened_pots AS (
        INSERT INTO pot (household_id, period, programme, granted, remaining, members, daily, drawn_days, drawn_units)
        SELECT household_id, period, programme, granted, remaining, members, daily, drawn_days, drawn_units
        FROM unnest($6::batch_opening[]) AS u
        WHERE {OF_MOVED}
    )"""
