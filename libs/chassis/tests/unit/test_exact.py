"""Numbers and truth values are taken as they are said."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter

from chassis.exact import Exactly, kind_of, query_faults


class Line(BaseModel):
    """A part."""

    loaves: int
    left: int | None = None


class Cash(BaseModel):
    """One kind of two."""

    kind: Literal["cash"]
    amount: int


class Other(BaseModel):
    """The other kind."""

    kind: Literal["other"]
    amount: str


class Body(BaseModel):
    """All that a body may have."""

    lines: list[Line] = []
    by_name: dict[str, int] = {}
    sure: bool = False
    rate: Decimal | None = None
    pair: tuple[int, bool] | None = None
    either: Annotated[Cash | Other, Field(discriminator="kind")] | None = None
    free: Any = None
    name: Annotated[str, Field(min_length=1)] | None = None
    note: str = ""
    code: Annotated[str, Field(pattern="^[a-z]+$")] = "a"
    day: date | None = None
    at: datetime | None = None
    inner: Body | None = None


EXACTLY = Exactly(TypeAdapter(Body))


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"lines": [{"loaves": 5, "left": None}, {"loaves": 0, "left": 2}]}, []),
        ({"lines": [{"loaves": True}]}, ["body.lines.0.loaves"]),
        ({"lines": [{"loaves": 7.0, "left": "7"}]}, ["body.lines.0.loaves", "body.lines.0.left"]),
        ({"by_name": {"a": 1, "b": "1"}}, ["body.by_name.b"]),
        ({"sure": "yes"}, ["body.sure"]),
        ({"sure": 1}, ["body.sure"]),
        ({"sure": True}, []),
        ({"rate": "0.05"}, []),
        ({"rate": 1}, []),
        ({"rate": True}, ["body.rate"]),
        ({"pair": [1, True]}, []),
        ({"pair": [True, 1]}, ["body.pair.0", "body.pair.1"]),
        ({"either": {"kind": "cash", "amount": 2}}, []),
        ({"either": {"kind": "cash", "amount": False}}, ["body.either.amount"]),
        ({"either": {"kind": "other", "amount": "2"}}, []),
        ({"either": {"kind": "unknown", "amount": True}}, []),
        ({"free": True, "unknown": 7.0}, []),
        ({"inner": {"inner": {"sure": 0}}}, ["body.inner.inner.sure"]),
        ({"lines": "no list"}, []),
        ({"name": "منى", "note": "", "code": " "}, []),
        ({"lines": [{"loaves": 2**63 - 1}, {"loaves": -(2**63)}]}, ["body.lines.1.loaves"]),
        ({"name": ""}, []),
        ({"day": "2026-11-01", "at": "2026-11-01T10:00:00Z"}, []),
        ({"day": 0, "at": 1_700_000_000}, ["body.day", "body.at"]),
        ({"day": None, "at": "1700000000"}, ["body.at"]),
        ({"name": " \u00a0\t"}, ["body.name"]),
        ({"name": "\u200f\u2066\u2069\ufeff"}, ["body.name"]),
        ({"name": "a\x00"}, ["body.name"]),
        ({"note": "first\nsecond \U0001f600"}, []),
        ({"note": "\ud800"}, ["body.note"]),
        ([], []),
        (None, []),
    ],
)
def test_a_body_is_held_against_its_own_kinds(body: object, where: list[str]) -> None:
    faults = EXACTLY.faults(body)
    assert [fault["where"] for fault in faults] == where
    assert all(fault["reason"] and fault["reason_ar"] and fault["code"] for fault in faults)


class Sold(BaseModel, extra="forbid"):
    credential: str


class Undone(BaseModel, extra="forbid"):
    reason: str


@pytest.mark.parametrize("text", ["x\x00", "\ud800"])
def test_of_objects_without_a_mark_that_is_meant_which_has_the_members(text: str) -> None:
    """The other of two was held to be right, as it knows no such member."""
    either = Exactly(TypeAdapter(list[Sold | Undone]))
    assert [fault["where"] for fault in either.faults([{"credential": text}])] == ["body.0.credential"]
    assert [fault["where"] for fault in either.faults([{"reason": text}])] == ["body.0.reason"]


def test_a_text_of_another_kind_of_document_is_text() -> None:
    signed = Annotated[str, Field(json_schema_extra={"contentMediaType": "application/jose"})]
    assert Exactly(TypeAdapter(signed)).faults("x\x00")


def test_many_faults_are_not_all_named() -> None:
    assert len(EXACTLY.faults({"lines": [{"loaves": True}] * 1000})) == 50


DIGITS = ("7", "-7", "007")
NONE = ("7.0", "1_000", " 7", "+7", "٧", "9" * 400, "")


@pytest.mark.parametrize(("value", "taken"), [*((one, True) for one in DIGITS), *((one, False) for one in NONE)])
def test_a_number_in_a_query_is_digits(value: str, taken: bool) -> None:
    assert (query_faults({"limit": "integer"}, [("limit", value), ("name", "x")]) == []) is taken


def test_kinds_of_query_parameters() -> None:
    asked = (int, int | None, Annotated[int, Field(ge=1)], bool | None, str, int | str, list[int])
    kinds = [kind_of(kind) for kind in asked]
    assert kinds == ["integer", "integer", "integer", "boolean", None, None, None]
    assert [kind_of(kind) for kind in (date, datetime | None, AwareDatetime)] == ["far"] * 3
    assert query_faults({"sure": "boolean"}, [("sure", "true")]) == []
    assert [fault["where"] for fault in query_faults({"sure": "boolean"}, [("sure", "on")])] == ["query.sure"]


ENDS = ("0001-01-01", "0999-12-31", "3000-01-01", "9999-12-31")


@pytest.mark.parametrize("day", [*ENDS, "1000-01-01", "2999-12-31", "2026-11-05"])
def test_a_day_is_one_that_can_be_reckoned_with(day: str) -> None:
    """Finding A17: a month before the first day there is, an hour later than the last in Cairo."""
    far = day in ENDS
    told: list[tuple[Any, str]] = [(date, day), (AwareDatetime, f"{day}T22:00:00Z"), (date | None, day)]
    for kind, value in told:
        faults = Exactly(TypeAdapter(kind)).faults(value)
        assert [fault["code"] for fault in faults] == (["date_far"] if far else [])
        assert bool(query_faults({"on": "far"}, [("on", value)])) is far
    assert [one["where"] for one in query_faults({"on": "far"}, [("on", day)], "path")] == (["path.on"] if far else [])
    assert query_faults({"on": "far"}, [("on", "never")]) == [], "of another shape: pydantic says so"


@pytest.mark.parametrize("kind", [[], {}, None, 1, "neither"])
def test_a_kind_that_is_no_text_is_pydantics_to_refuse(kind: Any) -> None:
    """A list in the place of a kind was a fault of ours."""
    assert EXACTLY.faults({"either": {"kind": kind, "amount": True}}) == []


VALUES = st.recursive(
    st.sampled_from([None, True, 1, -7, 2**70, 1.5, "", " ", "a", "\x00", "2026-11-05", "9999-12-31", "cash", "other"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*Body.model_fields, "loaves", "left", "kind", "amount"]), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_told_at_once_is_what_is_told_part_by_part(body: Any) -> None:
    assert EXACTLY.faults(body) == [*EXACTLY._faults(EXACTLY._schema, body, ("body",))]
