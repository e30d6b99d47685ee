"""How households and their pots are read, and how a batch of sales changes them: parts of statements."""

# ruff: noqa: S608 - nothing but this module's own condition is put into a statement

from __future__ import annotations

# Piastres of goods that a household drew with its ration card in the month of its activation.
LEGACY_DRAWN = (
    "(SELECT l.goods FROM legacy_draw l WHERE l.ration_card_mark = h.ration_card_mark"
    " AND l.month = date_trunc('month', h.activated_on)::date)"
)


def household(period: str, since: str, *, row: str = "{}", listed: str = "true") -> str:
    """The columns of a household (`h`), its pots and what its months are opened by.

    `period`: the present month. Where it is open its pots are read from it on, and nothing else; otherwise those from
    `since` (the month before) or from the last open month on, sizes, the months of flour, and what the ration card drew
    in the month of activation (-1: nobody has told, NULL: there is none). `row`: how a row of another table is given.
    `listed`: where the lists that name it and its pots of grants are read, too; the lists are wherever its month is to
    be opened.
    """
    return f"""
           h.household_id, h.version, h.opened, coalesce(h.issued_in, h.governorate) AS issued_in, h.members,
           h.activated_on, h.debt_bread, h.debt_goods, h.debt_points, h.trial,
           ARRAY(
               SELECT {row.format("p")} FROM pot p
               WHERE p.household_id = h.household_id AND p.period >= CASE
                   WHEN h.opened = {period} THEN {period} ELSE least({since}, h.opened) END
           ) AS pots,
           ARRAY(
               SELECT {row.format("s")} FROM household_size s
               WHERE s.household_id = h.household_id AND h.opened IS DISTINCT FROM {period} ORDER BY s.month
           ) AS sizes,
           ARRAY(
               SELECT {row.format("l")} FROM listed_household l
               WHERE l.household_id = h.household_id AND (h.opened IS DISTINCT FROM {period} OR {listed})
               ORDER BY l.since DESC
           ) AS lists,
           ARRAY(
               SELECT {row.format("g")} FROM grant_pot g WHERE g.household_id = h.household_id AND {listed}
           ) AS grants,
           ARRAY(
               SELECT f.month FROM flour_choice f WHERE f.household_id = h.household_id
               AND f.withdrawn_at IS NULL AND h.opened IS DISTINCT FROM {period}
           ) AS flour,
           CASE WHEN h.opened IS NULL AND h.ration_card_mark IS NOT NULL THEN coalesce({LEGACY_DRAWN}, -1)
           END AS legacy_drawn"""


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
GRANT_POTS = f"""
    grant_pots AS (
        INSERT INTO grant_pot AS g (household_id, programme, period, granted, remaining, members, drawn_units)
        SELECT household_id, programme, period, granted, remaining, members, drawn_units
        FROM unnest($13::batch_grant_pot[]) AS u
        WHERE {OF_MOVED}
        ON CONFLICT (household_id, programme, period) DO UPDATE
            SET remaining = excluded.remaining, drawn_units = excluded.drawn_units
    )"""
OPENED = f"""
    opened_pots AS (
        INSERT INTO pot (household_id, period, programme, granted, remaining, members, daily, drawn_days, drawn_units)
        SELECT household_id, period, programme, granted, remaining, members, daily, drawn_days, drawn_units
        FROM unnest($6::batch_opening[]) AS u
        WHERE {OF_MOVED}
    )"""
# Points of a month that were given without loaves that came back; of reversals only.
RAISED = f"""
    raised AS (
        UPDATE pot p SET granted = u.granted, remaining = u.remaining, drawn_units = u.drawn_units
        FROM unnest($15::batch_opening[]) AS u
        WHERE p.household_id = u.household_id AND p.period = u.period AND p.programme = u.programme
            AND {OF_MOVED}
    )"""
