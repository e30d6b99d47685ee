"""The yardstick counts code, and nothing else."""

from __future__ import annotations

from textwrap import dedent

from tools.count import ALL_SOURCES, ANY, CAST, EXTRA, IGNORE, LINES, WRITTEN, count, count_file, of_working_tree, table

TEXT = dedent(
    '''
    """A module."""

    from typing import Any, cast  # a remark

    # only a comment
    QUERY = """
    SELECT 1

    FROM cast(x)
    """


    def first(state: Any) -> Any:
        """The first."""
        return cast("int", state.extra["first"])  # type: ignore[no-any-return]
    '''
)


def test_blanks_comments_and_docstrings_do_not_count() -> None:
    assert count_file("a/src/a.py", TEXT)["lines"] == 1 + 5 + 2


def test_escapes_from_the_types_are_counted() -> None:
    found = count_file("a/src/a.py", TEXT)
    assert [found[key] for key in ("Any", "type: ignore", "cast(", ".extra[")] == [2, 1, 1, 1]


def test_files_are_counted_by_member_and_what_a_program_wrote_apart() -> None:
    now = count(
        [
            ("libs/a/src/a/one.py", b"x = 1\n"),
            ("b/src/b/two.py", b"x = 1\ny = 2\n"),
            ("b/tests/test_two.py", b"x = 1\n"),
            ("tools/c.py", b"x = 1\n"),
            ("gateway/envoy.yaml", b"a:\n  b\n"),
            ("docs/routes.txt", b"GET\n"),
            ("requirements.lock", b"x\n"),
            (".gitattributes", b"docs/routes.txt linguist-generated\nrequirements.lock linguist-generated\n"),
        ]
    )
    assert {group: found["lines"] for group, found in now.items()} == {
        "libs/a/src": 1,
        "b/src": 2,
        "all of src": 3,
        "tests": 1,
        "tools": 1,
        "written by a program": 3,
    }
    assert "2 (+0)" in table(now, now)


def test_what_is_counted_of_the_workspace_stays_within_its_limits() -> None:
    now = count(of_working_tree())
    assert now[WRITTEN][LINES] < 4000, "what a program writes is made by `make setup`, not kept in git"
    assert now[ALL_SOURCES][CAST] <= 10
    assert now[ALL_SOURCES][EXTRA] == 0
    assert now[ALL_SOURCES][ANY] <= 423, "as many as there were in half the code: say what a value is"
    assert now[ALL_SOURCES][IGNORE] <= 9
