"""Set-based statements: what stands for the rows, and the arrays they are bound as."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from chassis.row_arrays import columns, positional, statement, transposed, with_rows


class Pot(NamedTuple):
    name: str
    loaves: int


def test_rows_are_one_bound_array_a_column() -> None:
    sql = with_rows("INSERT INTO pot (name, loaves) SELECT * FROM <rows>", name="text", loaves="int")

    assert sql == (
        "INSERT INTO pot (name, loaves) SELECT * FROM"
        " unnest(CAST(:name AS text[]), CAST(:loaves AS int[])) AS r (name, loaves)"
    )


def test_numbered_rows_have_their_place_as_the_last_column() -> None:
    sql = with_rows("SELECT r.name FROM <numbered rows> ORDER BY r.n", name="text")

    assert sql == "SELECT r.name FROM unnest(CAST(:name AS text[])) WITH ORDINALITY AS r (name, n) ORDER BY r.n"


def test_a_statement_binds_its_columns() -> None:
    assert set(statement("SELECT * FROM <rows>", name="text", loaves="int").compile().params) == {"name", "loaves"}


def test_a_statement_that_takes_no_rows_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="<rows>"):
        statement("SELECT 1", name="text")


def test_the_drivers_own_statements_number_their_arrays() -> None:
    assert positional(3, name="text", loaves="int") == "unnest($3::text[], $4::int[])"


def test_rows_are_turned_into_columns_and_none_into_empty_ones() -> None:
    assert transposed([Pot("bread", 5), Pot("goods", 2)], "name", "loaves") == {
        "name": ["bread", "goods"],
        "loaves": [5, 2],
    }
    assert transposed([], "name", "loaves") == {"name": [], "loaves": []}


def test_tuples_become_the_same_columns() -> None:
    rows = [Pot("bread", 5), Pot("goods", 2)]
    assert columns([(row.name, row.loaves) for row in rows], "name", "loaves") == transposed(rows, "name", "loaves")
    assert columns([], "name", "loaves") == transposed([], "name", "loaves")
    with pytest.raises(ValueError, match="longer"):
        columns([("bread", 5, 1)], "name", "loaves")
    with pytest.raises(ValueError, match="shorter"):
        columns([("bread", 5), ("goods",)], "name", "loaves")
