"""Files as offices have them: every encoding and delimiter that is read, every other refused by name, row by row."""

from __future__ import annotations

import codecs
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.row_files import (
    FAULT_WORDS,
    ROW_FAULTS,
    Columns,
    Found,
    NotRows,
    Row,
    RowFile,
    WrongColumns,
    form_of,
    read_all,
)
from chassis.spreadsheets import ruined

ABC = Columns(("a", "b", "c"))
NAME = "منى أحمد علي"


def cells(rows: list[Row]) -> list[tuple[int, list[str] | str]]:
    return [(row.line, row.fault or list(row.cells)) for row in rows]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
    ],
    ids=["plain", "utf8-mark", "le-mark", "be-mark", "le", "be"],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["commas", "semicolons", "tabs"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_encodings_delimiters_and_ends_of_lines_are_recognised(
    encoding: str, mark: bytes, delimiter: str, end: str
) -> None:
    lines = [["a", "b", "c"], ["1", NAME, "x"], ["2", f'"{NAME}{delimiter} {NAME}"', "y"], [""]]
    body = mark + end.join(map(delimiter.join, lines)).encode(encoding)
    expected = [(2, ["1", NAME, "x"]), (3, ["2", f"{NAME}{delimiter} {NAME}", "y"])]
    assert cells(read_all(body, ABC)) == expected


def test_windows_1256_is_refused_by_name_and_read_where_it_is_named() -> None:
    body = f"a,b,c\r\n1,{NAME},x\r\n".encode("cp1256")
    with pytest.raises(NotRows) as refused:
        read_all(body, ABC)
    assert refused.value.found is Found.WINDOWS_1256
    assert "Windows-1256" in FAULT_WORDS[refused.value.found][1]
    assert cells(read_all(body, ABC, charset="Windows-1256")) == [(2, ["1", NAME, "x"])]
    utf8 = f"a,b,c\n1,{NAME},x\n".encode()
    assert cells(read_all(utf8, ABC, charset="windows-1256")) == [(2, ["1", NAME, "x"])]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", Found.EMPTY),
        (b"\n \r\n", Found.EMPTY),
        (codecs.BOM_UTF8 + b"\r\n", Found.EMPTY),
        (b"PK\x03\x04\x14\x00", Found.WORKBOOK),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", Found.OLD_WORKBOOK),
        (b"\x1f\x8b\x08\x00", Found.COMPRESSED),
        (b"%PDF-1.4\n%\xe2", Found.PDF),
        (b"\x00\x01\x02\x00\x00\x00\x07\x00\x00\x00", Found.BINARY),
        (b'{"a": 1}', Found.JSON),
        (b"<table><tr>", Found.MARKUP),
        ("a،b،c\n".encode(), Found.ARABIC_COMMAS),
        (b"hello world\n", Found.NO_COLUMNS),
        (b"a,b,c\n1,caf\xe9,x\n", Found.UNKNOWN_ENCODING),
        (b"x" * 100_000, Found.NO_COLUMNS),
    ],
    ids=lambda value: str(value) if isinstance(value, Found) else "",
)
def test_what_is_no_file_of_rows_is_called_by_its_name(body: bytes, found: Found) -> None:
    with pytest.raises(NotRows) as refused:
        read_all(body, ABC)
    assert refused.value.found is found


def test_columns_stand_in_any_order_and_optional_ones_may_be_missing() -> None:
    columns = Columns(("a", "b"), ("z",))
    assert cells(read_all(b"B,A\n1,2\n", columns)) == [(2, ["2", "1", ""])]
    assert cells(read_all(b'sep=;\nz;"a";b\n1;2;3\n', columns)) == [(3, ["2", "3", "1"])]
    for header in (b"a\n", b"a,b,x\n", b"a,b,b\n", b"a,z\n", b'a,"b\n'):
        with pytest.raises((WrongColumns, NotRows)):
            read_all(header + b"1,2\n", columns)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # A line break inside quotation marks is part of the cell, as RFC 4180 says.
        (['1,"x\ny",3', "4,5,6"], [(2, ["1", "x\ny", "3"]), (4, ["4", "5", "6"])]),
        (['1,"x\n\n""y"", z",3', "4,5,6"], [(2, ["1", 'x\n\n"y", z', "3"]), (5, ["4", "5", "6"])]),
        # A mark that nobody closes breaks its own line only.
        (['1,"x,3', "4,5,6", "7,8,9"], [(2, "row_broken"), (3, ["4", "5", "6"]), (4, ["7", "8", "9"])]),
        (['1,"x,3', "4,5,6", '7,"8",9'], [(2, "row_broken"), (3, ["4", "5", "6"]), (4, ["7", "8", "9"])]),
        (['1,"x,3', '4,"5, 5",6'], [(2, "row_broken"), (3, ["4", "5, 5", "6"])]),
        (['1,"x"y,3', "4,5,6"], [(2, "row_broken"), (3, ["4", "5", "6"])]),
        (['1,2,"3'], [(2, "row_broken")]),
        (["1,2", "4,5,6", "7,8,9,0"], [(2, "row_incomplete"), (3, ["4", "5", "6"]), (4, "row_too_many_fields")]),
        (["", "  ", ",,", "4,5,6", '"","",""', "\x1a"], [(5, ["4", "5", "6"])]),
        (["1,2," + "x" * 9000, "4,5,6"], [(2, "row_too_long"), (3, ["4", "5", "6"])]),
        (["1,2," + "x" * 3_000_000, "4,5,6"], [(2, "row_too_long"), (3, ["4", "5", "6"])]),
        (["1,\x00,3", "4,5,6"], [(2, "row_encoding"), (3, ["4", "5", "6"])]),
    ],
    ids=[
        "line-break", "marks-inside", "unclosed", "unclosed-before-closed", "unclosed-before-quoted", "behind-the-mark",
        "unclosed-at-the-end", "counts", "blank", "long", "longer-than-a-piece", "zero-byte",
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 7, 10**7], ids=["bytewise", "sevens", "whole"])
def test_a_broken_row_spoils_no_neighbour(lines: list[str], expected: list[tuple[int, object]], size: int) -> None:
    body = "\n".join(["a,b,c", *lines, ""]).encode()
    if size < 10 and len(body) > 100_000:
        size *= 10_000
    file = RowFile(ABC)
    rows = [row for start in range(0, len(body), size) for row in file.feed(body[start : start + size])]
    assert cells([*rows, *file.close()]) == expected


def test_bytes_that_are_no_text_break_their_own_row() -> None:
    rows = [f"{n},{NAME},x".encode() for n in range(5)]
    rows[2] = b"2,\xd9,x"
    found = cells(read_all(b"\n".join([b"a,b,c", *rows]), ABC))
    assert [line for line, one in found if one == "row_encoding"] == [4]
    assert len(found) == 5


def test_where_a_cell_has_one_line_a_break_is_two_broken_rows() -> None:
    columns = Columns(("a", "b", "c"), one_line=True, delimiters=",")
    assert cells(read_all(b'a,b,c\n1,"x\ny",3\n4,5,6\n', columns)) == [
        (2, "row_broken"), (3, "row_incomplete"), (4, ["4", "5", "6"]),
    ]  # fmt: skip
    for header, found in ((b"a;b;c\n", Found.SEMICOLONS), (b"a\tb\tc\n", Found.TABS)):
        with pytest.raises(NotRows) as refused:
            read_all(header, columns)
        assert refused.value.found is found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"a": "1", "b": 29001010300156, "c": null}', ["1", "29001010300156", ""]),
        ('{"b": "2", "a": "1", "c": "x\\ny"}', ["1", "2", "x\ny"]),
        ('{"a": "1", "b": 2.90101e13, "c": ""}', "value_not_text"),
        ('{"a": "1", "b": true, "c": ""}', "value_not_text"),
        ('{"a": "1", "b": 1e400, "c": ""}', "row_broken_json"),
        (f'{{"a": "1", "b": 1{"0" * 400}, "c": ""}}', "row_broken_json"),
        (f'{{"a": "1", "b": 1{"0" * 30}, "c": ""}}', "value_not_text"),
        ('{"a": "1", "b": 7.0, "c": ""}', "value_not_text"),
        ('{"a": "1", "b": [2], "c": ""}', "value_not_text"),
        ('{"a": "1", "b": "\\ud800", "c": ""}', "row_broken_json"),
        ('{"a": "1", "b": "2\\u0000", "c": ""}', "row_encoding"),
        ('{"a": "1", "b": "2"}', "row_incomplete"),
        ('{"a": "1", "b": "2", "c": "3", "d": "4"}', "field_unknown"),
        ('{"a": "1"', "row_broken_json"),
        ('["1", "2", "3"]', "row_broken_json"),
    ],
)
def test_a_row_of_ndjson_is_an_object_of_texts(line: str, expected: object) -> None:
    good = '{"a": "4", "b": "5", "c": "6"}'
    found = cells(read_all("\n".join([good, line, "", good]).encode(), ABC, form="ndjson"))
    assert found == [(1, ["4", "5", "6"]), (2, expected), (4, ["4", "5", "6"])]


def test_a_json_document_is_no_ndjson() -> None:
    with pytest.raises(NotRows) as refused:
        read_all(b'[{"a": 1}]', ABC, form="ndjson")
    assert refused.value.found is Found.JSON_ARRAY


def test_the_media_type_says_the_form_and_the_charset() -> None:
    assert form_of("text/csv") == ("csv", None)
    assert form_of('Text/CSV; header=present; Charset="UTF-16"') == ("csv", '"UTF-16"')
    assert form_of("application/x-ndjson;charset=utf-8") == ("ndjson", "utf-8")
    assert form_of("application/json") is None
    assert read_all(b"a,b,c\n1,2,3", ABC, charset='"UTF-8"')
    with pytest.raises(NotRows) as refused:
        RowFile(ABC, charset="koi8-r")
    assert refused.value.found is Found.CHARSET


TEXT = st.text(alphabet='ab",;\n\r ٣منى', max_size=8)


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=8), st.integers(1, 40))
def test_what_the_standard_library_writes_is_read_as_it_was(rows: list[tuple[str, str, str]], size: int) -> None:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([("a", "b", "c"), *rows])
    body = written.getvalue().encode()
    file = RowFile(ABC)
    found = [row for start in range(0, len(body), size) for row in file.feed(body[start : start + size])]
    found += file.close()
    plain = [tuple(cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row) for row in rows]
    taken = [tuple(row.cells) for row in found if row.fault is None]
    if not any("\n" in cell for row in plain for cell in row):
        assert [row for row in plain if any(map(str.strip, row))] == taken


@given(st.binary(max_size=300), st.sampled_from(["csv", "ndjson"]))
def test_no_bytes_at_all_are_an_error_of_ours(body: bytes, form: str) -> None:
    try:
        rows = read_all(b"a,b,c\n" + body if form == "csv" else body, ABC, form="csv" if form == "csv" else "ndjson")
    except (NotRows, WrongColumns):
        return
    assert all(row.fault is None or row.fault in ROW_FAULTS for row in rows)
    assert [row.line for row in rows] == sorted({row.line for row in rows})


def test_every_fault_speaks_both_languages() -> None:
    for english, arabic in (*FAULT_WORDS.values(), *ROW_FAULTS.values()):
        assert english.replace("،", "").isascii()
        assert any("\u0621" <= letter <= "\u064a" for letter in arabic)
    assert set(FAULT_WORDS) == set(Found)


@pytest.mark.parametrize("number", ["2.90101E+13", "2,90101E+13", "29E12", "29010112345670.0", "29010100000000"])
def test_numbers_that_a_spreadsheet_ruined_are_known(number: str) -> None:
    assert ruined(number)


@pytest.mark.parametrize(
    "number", ["29001010300156", "01012345678", "+201012345678", "100", "1.5", "", "E+13", "0100000000"]
)
def test_other_numbers_are_not_called_ruined(number: str) -> None:
    assert not ruined(number)
