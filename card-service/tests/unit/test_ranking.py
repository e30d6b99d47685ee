from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from card_service.indicators.registry import Better, Dimension, Measured, Part
from card_service.review.ranking import Bounds, Compared, findings

BOUNDS = Bounds(Decimal("0.05"), 20, Decimal(3))
Counts = list[tuple[int, int]]
COUNTS = st.lists(
    st.integers(0, 400).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))), min_size=2, max_size=8
)


def compared(
    counts: Counts, better: Better = Better.MORE, dimension: Dimension = Dimension.SITE, name: str = "x"
) -> Compared:
    parts = [
        Part(f"{n}", f"{n}", f"{n}", Measured(Decimal(part), Decimal(all_))) for n, (part, all_) in enumerate(counts)
    ]
    return Compared(name, name, name, better, dimension, parts)


def test_a_slow_site_heads_the_weaknesses() -> None:
    weak, strong = findings([compared([(95, 100), (94, 100), (40, 100), (96, 100), (90, 100)])], BOUNDS)
    assert weak[0].key == "2"
    assert (weak[0].gap, weak[0].affected) == (Decimal("0.5375"), 53)
    assert all(one.key != "2" for one in strong)


def test_a_failing_kind_of_terminal_heads_them_before_a_site_that_is_a_little_slow() -> None:
    sites = compared([(90, 100), (91, 100), (70, 100)])
    terminals = compared([(300, 30_000), (9_000, 12_000)], Better.LESS, Dimension.TERMINAL, "failed_sales")
    weak, _ = findings([sites, terminals], BOUNDS)
    assert [(one.indicator, one.key) for one in weak][:2] == [("failed_sales", "1"), ("x", "2")]


@given(COUNTS, st.sampled_from(Better))
def test_whatever_is_found_is_told_with_its_evidence(counts: Counts, better: Better) -> None:
    weak, strong = findings([compared(counts, better)], BOUNDS)
    for one in (*weak, *strong):
        here, there = one.part.value or Decimal(0), one.others.value or Decimal(0)
        worse = here < there if better is Better.MORE else here > there
        assert worse == (one.gap > 0) == (one.score > 0)
        assert abs(one.gap) >= BOUNDS.least_gap
        assert BOUNDS.least_size <= (one.part.whole or 0)
        assert one.affected <= (one.part.whole or 0)
    assert [one.score for one in weak] == sorted((one.score for one in weak), reverse=True)


@given(COUNTS)
def test_what_is_a_weakness_one_way_is_a_strength_the_other(counts: Counts) -> None:
    weak, strong = findings([compared(counts, Better.MORE)], BOUNDS)
    weak_other, strong_other = findings([compared(counts, Better.LESS)], BOUNDS)
    assert [one.key for one in weak] == [one.key for one in strong_other]
    assert [one.key for one in strong] == [one.key for one in weak_other]


def test_of_a_few_nothing_is_concluded() -> None:
    assert findings([compared([(0, 10), (100, 100), (99, 100)])], BOUNDS)[0] == []
    assert findings([compared([(5, 100)])], BOUNDS) == ([], [])
