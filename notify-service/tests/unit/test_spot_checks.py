"""Which payouts are asked about, what counts as an answer, and which counts are withheld."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify_service import POLICIES
from notify_service.keys import KEYS
from notify_service.rules import read_rules
from notify_service.spot_checks.answers import by_number, by_words
from notify_service.spot_checks.drawing import drawn
from notify_service.spot_checks.withholding import LEAST, few, withheld
from notify_service.words import Topic, topic_of
from policybook.book import PolicyBook
from policybook.files import read_policies

AT = datetime(2027, 1, 10, 9, tzinfo=UTC)
KEYWORDS = read_rules(PolicyBook.of(read_policies(POLICIES, KEYS)), AT.date()).keywords
PARTS = ("received", "not_received", "unanswered", "unreached")


def test_the_sample_is_drawn_by_the_id_alone_and_of_the_share_it_says() -> None:
    ids = [UUID(int=number) for number in range(20_000)]
    one = {i for i in ids if drawn("payout", i, Decimal("0.05"))}
    assert one == {i for i in ids if drawn("payout", i, Decimal("0.05"))}
    assert one <= {i for i in ids if drawn("payout", i, Decimal("0.2"))}
    assert 850 < len(one) < 1150
    assert one != {i for i in ids if drawn("handover", i, Decimal("0.05"))}
    assert not any(drawn("payout", i, Decimal(0)) for i in ids)
    assert all(drawn("payout", i, Decimal(1)) for i in ids)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("نعم", Topic.RECEIVED), ("أيوه", Topic.RECEIVED), ("ايوة وصل", Topic.RECEIVED), ("YES", Topic.RECEIVED),
        ("نعم.", Topic.RECEIVED), ("yes thanks", Topic.RECEIVED),
        ("لا", Topic.NOT_RECEIVED), ("لأ", Topic.NOT_RECEIVED), ("No", Topic.NOT_RECEIVED),
        ("لا، لم يصلني شيء", Topic.NOT_RECEIVED), ("لم يصلني", Topic.NOT_RECEIVED),
        ("no money came", Topic.NOT_RECEIVED),
        ("نعم لكنه ناقص", None), ("وصل ناقص", None), ("لاحقا", None), ("", None),
    ],
)  # fmt: skip
def test_answers_in_their_usual_spellings(said: str, meant: Topic | None) -> None:
    topic = topic_of(said, KEYWORDS)
    assert (by_words(said, KEYWORDS) if topic is Topic.UNCLEAR else topic) is meant


@pytest.mark.parametrize(
    ("said", "meant"), [("1", Topic.RECEIVED), ("٢", Topic.NOT_RECEIVED), ("3", None), ("1 2", None)]
)
def test_a_bare_number_answers(said: str, meant: Topic | None) -> None:
    assert by_number(said, AT, None) is meant


def test_a_bare_number_answers_what_was_asked_last() -> None:
    earlier, later = AT - timedelta(minutes=5), AT + timedelta(minutes=5)
    assert by_number("1", AT, earlier) is Topic.RECEIVED
    assert by_number("1", AT, later) is None


COUNTS = st.tuples(*[st.integers(0, 40)] * len(PARTS))


@given(COUNTS)
def test_no_small_count_is_shown_nor_follows_from_what_is(counts: tuple[int, ...]) -> None:
    parts = dict(zip(PARTS, counts, strict=True))
    total, shown = withheld(sum(counts), parts)
    assert not any(few(count) for count in (total, *shown.values()) if count is not None)
    hidden = [name for name in PARTS if shown[name] is None]
    assert all(shown[name] in {None, parts[name]} for name in PARTS)
    if hidden and total is not None:
        rest = sum(parts[name] for name in hidden)
        assert len(hidden) > 1
        assert rest - len(hidden) >= LEAST


def test_large_counts_are_shown() -> None:
    assert withheld(100, dict(zip(PARTS, (50, 20, 30, 0), strict=True))) == (
        100, {"received": 50, "not_received": 20, "unanswered": 30, "unreached": 0},
    )  # fmt: skip
