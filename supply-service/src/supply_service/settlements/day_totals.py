"""SQL that totals a day at each place where it is kept: sales, pots' entries, closed days, settlements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.clock import month_start
from chassis.paging import Paging

# Every table is reached through its key or an index by outlet and day, so a page costs what its outlets sold.
# A bread line of a late sale, or its reversal, may also move the points its loaves had become: in the month after,
# hence no goods of its.
_OUTLETS = BoundedStatement(
    """
    WITH page AS (
        SELECT outlet_id FROM outlet o
        WHERE outlet_id > :after AND <bound> AND NOT o.trial
            AND (EXISTS (SELECT FROM outlet_day d WHERE d.outlet_id = o.outlet_id AND d.business_day = :day)
                OR EXISTS (SELECT FROM redemption r
                    WHERE r.outlet_id = o.outlet_id AND r.business_day = :day AND r.period = :period)
                OR EXISTS (SELECT FROM reversal r WHERE r.outlet_id = o.outlet_id AND r.business_day = :day)
                OR EXISTS (SELECT FROM free_sale f WHERE f.outlet_id = o.outlet_id AND f.business_day = :day))
        ORDER BY outlet_id LIMIT :limit
    )
    SELECT p.outlet_id, d.outlet_id IS NOT NULL AS closed,
        s.redemptions, v.reversals,
        CAST(s.loaves - v.loaves AS bigint) AS loaves, CAST(s.flour - v.flour AS bigint) AS flour,
        CAST(s.goods - v.goods AS bigint) AS goods_amount,
        CAST(g.sold - h.back AS bigint) AS grants_amount, CAST(i.moved AS bigint) AS entry_grants,
        CAST(c.grants AS bigint) AS counted_grants, CAST(k.grants AS bigint) AS settled_grants,
        CAST(s.cash - v.cash AS bigint) AS cash_amount, CAST(w.paid - b.back AS bigint) AS wallet_amount,
        CAST(w.unpaid - b.unpaid AS bigint) AS wallet_unpaid,
        CAST(e.loaves - u.loaves AS bigint) AS entry_loaves, CAST(e.goods - u.goods AS bigint) AS entry_goods,
        CAST(e.flour - u.flour AS bigint) AS entry_flour,
        CAST(c.loaves AS bigint) AS counted_loaves, CAST(c.goods AS bigint) AS counted_goods,
        CAST(c.flour AS bigint) AS counted_flour,
        CAST(k.loaves AS bigint) AS settled_loaves, CAST(k.goods AS bigint) AS settled_goods,
        CAST(k.flour AS bigint) AS settled_flour,
        CAST(f.loaves AS bigint) AS free_loaves, CAST(f.amount AS bigint) AS free_amount,
        t.settlement_id, t.state AS settlement_state, t.amount AS settlement_amount,
        (SELECT CAST(coalesce(sum(n.amount), 0) AS bigint) FROM settlement_component n
            WHERE n.settlement_id = t.settlement_id AND t.state = 'calculated') AS components_amount
    FROM page p
    LEFT JOIN outlet_day d ON d.outlet_id = p.outlet_id AND d.business_day = :day
    LEFT JOIN settlement t ON t.outlet_id = p.outlet_id AND t.business_day = :day
    CROSS JOIN LATERAL (
        SELECT count(*) AS redemptions, coalesce(sum(r.loaves), 0) AS loaves, coalesce(sum(r.goods), 0) AS goods,
            coalesce(sum(r.flour), 0) AS flour,
            coalesce(sum(r.cash), 0) AS cash
        FROM redemption r WHERE r.outlet_id = p.outlet_id AND r.business_day = :day AND r.period = :period
    ) s
    CROSS JOIN LATERAL (
        SELECT count(*) AS reversals, coalesce(sum(r.loaves), 0) AS loaves, coalesce(sum(r.goods), 0) AS goods,
            coalesce(sum(r.flour), 0) AS flour,
            coalesce(sum(r.cash), 0) AS cash
        FROM reversal r WHERE r.outlet_id = p.outlet_id AND r.business_day = :day
    ) v
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(a.amount), 0) AS paid,
            coalesce(sum(a.amount) FILTER (WHERE a.unpaid IS NOT NULL), 0) AS unpaid
        FROM tender a WHERE a.outlet_id = p.outlet_id AND a.business_day = :day
    ) w
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(a.amount), 0) AS back,
            coalesce(sum(a.amount) FILTER (WHERE a.unpaid IS NOT NULL), 0) AS unpaid
        FROM reversal r JOIN tender a USING (redemption_id)
        WHERE r.outlet_id = p.outlet_id AND r.business_day = :day
    ) b
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(CAST(l ->> 'amount' AS bigint)), 0) AS sold
        FROM redemption r CROSS JOIN LATERAL json_array_elements(r.document -> 'lines') l
        WHERE r.outlet_id = p.outlet_id AND r.business_day = :day AND r.period = :period
            AND r.document -> 'grants' IS NOT NULL AND l ->> 'programme' LIKE 'grant_%'
    ) g
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(CAST(l ->> 'amount' AS bigint)), 0) AS back
        FROM reversal v JOIN redemption r ON r.redemption_id = v.redemption_id
            CROSS JOIN LATERAL json_array_elements(r.document -> 'lines') WITH ORDINALITY AS e (l, n)
        WHERE v.outlet_id = p.outlet_id AND v.business_day = :day
            AND r.document -> 'grants' IS NOT NULL AND l ->> 'programme' LIKE 'grant_%'
            AND (v.document -> 'only' IS NULL
                OR n - 1 IN (SELECT CAST(o AS bigint) FROM json_array_elements_text(v.document -> 'only') o))
    ) h
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(CASE m.kind WHEN 'draw' THEN m.amount WHEN 'reversal' THEN -m.amount END), 0) AS moved
        FROM grant_move m WHERE m.outlet_id = p.outlet_id AND m.business_day = :day
    ) i
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(m.quantity) FILTER (WHERE m.programme = 'bread'), 0) AS loaves,
            coalesce(sum(m.quantity) FILTER (WHERE m.programme = 'flour'), 0) AS flour,
            coalesce(sum(m.quantity) FILTER (WHERE m.programme IN ('goods', 'bread_points')), 0) AS goods
        FROM redemption r JOIN movement m
            ON m.household_id = r.household_id AND m.source_id = r.redemption_id AND m.period = r.period
        WHERE r.outlet_id = p.outlet_id AND r.business_day = :day AND r.period = :period
            AND m.kind IN ('draw', 'overdraw')
    ) e
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(m.quantity) FILTER (WHERE m.programme = 'bread'), 0) AS loaves,
            coalesce(sum(m.quantity) FILTER (WHERE m.programme = 'flour'), 0) AS flour,
            coalesce(sum(m.quantity) FILTER (WHERE m.programme IN ('goods', 'bread_points')), 0) AS goods
        FROM reversal r JOIN entry m
            ON m.household_id = r.household_id AND m.source_id = r.reversal_id AND m.period = :period
        WHERE r.outlet_id = p.outlet_id AND r.business_day = :day AND m.kind IN ('reversal', 'overdraw_reversal')
    ) u
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(q.loaves), 0) AS loaves, coalesce(sum(q.goods_amount), 0) AS goods,
            coalesce(sum(q.flour), 0) AS flour, coalesce(sum(q.grants_amount), 0) AS grants
        FROM outlet_day_part q WHERE q.outlet_id = p.outlet_id AND q.sold_on = :day
    ) c
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(n.quantity) FILTER (WHERE n.kind = 'bread'), 0) AS loaves,
            coalesce(sum(n.quantity) FILTER (WHERE n.kind = 'goods'), 0) AS goods,
            coalesce(sum(n.quantity) FILTER (WHERE n.kind = 'flour'), 0) AS flour,
            coalesce(sum(n.quantity) FILTER (WHERE n.kind = 'grant'), 0) AS grants
        FROM outlet_day_part q
        JOIN settlement x ON x.outlet_id = q.outlet_id AND x.business_day = q.business_day
        JOIN settlement_component n ON n.settlement_id = x.settlement_id AND n.sold_on = q.sold_on
            AND NOT n.claimed
        WHERE q.outlet_id = p.outlet_id AND q.sold_on = :day
    ) k
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(f.loaves), 0) AS loaves, coalesce(sum(f.amount), 0) AS amount FROM free_sale f
        WHERE f.outlet_id = p.outlet_id AND f.business_day = :day AND f.reversed_at IS NULL
    ) f
    ORDER BY p.outlet_id
    """,
    governorate="governorate",
    district="district",
    outlet_id="outlet_id",
)
# What was drawn, owed and taken back lowers a pot; reversals and debts that are owed again raise it. Pots of
# grants whose time begins in the month are among them.
_POTS = text(
    """
    WITH proved AS (
        SELECT household_id, programme, period,
            sum(CASE WHEN kind IN ('reversal', 'debt_returned') THEN -quantity ELSE quantity END) AS used
        FROM movement
        WHERE period = :period AND kind IN ('draw', 'reversal', 'debt', 'debt_returned', 'taken_back')
        GROUP BY household_id, programme, period
        UNION ALL
        SELECT household_id, programme, period, sum(CASE kind WHEN 'reversal' THEN -amount ELSE amount END)
        FROM grant_move
        WHERE period >= :period AND period < CAST(:period AS date) + interval '1 month'
        GROUP BY household_id, programme, period
    ), pots AS (
        SELECT household_id, programme, period, granted, remaining FROM pot WHERE period = :period
        UNION ALL
        SELECT household_id, programme, period, granted, remaining FROM grant_pot
        WHERE period >= :period AND period < CAST(:period AS date) + interval '1 month'
    )
    SELECT count(*) AS pots,
        CAST(coalesce(sum(p.granted - p.remaining) FILTER (WHERE p.programme = 'bread'), 0) AS bigint) AS used_loaves,
        CAST(coalesce(sum(p.granted - p.remaining) FILTER (WHERE p.programme = 'flour'), 0) AS bigint) AS used_flour,
        CAST(coalesce(sum(p.granted - p.remaining) FILTER (WHERE p.programme NOT IN ('bread', 'flour')), 0)
            AS bigint) AS used_piastres,
        count(*) FILTER (WHERE p.granted - p.remaining <> coalesce(e.used, 0)) AS unproved
    FROM pots p JOIN household h USING (household_id) LEFT JOIN proved e USING (household_id, programme, period)
    WHERE NOT h.trial
    """
)


async def outlets(session: AsyncSession, bound: Bound, day: date, page: Paging[UUID]) -> Sequence[RowMapping]:
    """The next outlets that sold, took back or closed on a day, each with the day summed up at every place."""
    asked = {"day": day, "period": month_start(day)} | page.bounds
    return (await session.execute(*_OUTLETS.within(bound, asked))).mappings().all()


async def pots(session: AsyncSession, period: date) -> RowMapping:
    """A month's pots, and how many of them their entries do not prove."""
    return (await session.execute(_POTS, {"period": period})).mappings().one()
