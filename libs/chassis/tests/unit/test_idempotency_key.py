"""What makes two requests the same, and which keys are taken."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chassis.idempotency import MAX_KEY, Replay, check_key, fingerprint
from chassis.problems import IdempotencyKeyMissing, InvalidRequest

Parts = tuple[str, str, bytes]
parts = st.tuples(st.text(st.characters(codec="ascii"), max_size=8), st.text(max_size=20), st.binary(max_size=40))


@given(parts, parts)
def test_different_requests_have_different_fingerprints(
    one: tuple[str, str, bytes], two: tuple[str, str, bytes]
) -> None:
    assume(one != two)
    assert fingerprint(*one) != fingerprint(*two)


@given(parts)
def test_same_request_has_the_same_fingerprint(one: Parts) -> None:
    assert fingerprint(*one) == fingerprint(*one)


def test_nothing_moves_from_one_part_into_another() -> None:
    assert fingerprint("POST", "/a", b"b") != fingerprint("POST", "/ab", b"")
    assert fingerprint("POST", "/a?b", b"") != fingerprint("POST", "/a", b"?b")


@pytest.mark.parametrize("good", ["a", "0b3d", "x" * MAX_KEY, "with space", "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"])
def test_good_keys(good: str) -> None:
    assert check_key(good) == good


@pytest.mark.parametrize("bad", ["x" * (MAX_KEY + 1), "é", "\x00", "a\tb", "a\nb", "\x7f", "٣"])
def test_bad_keys(bad: str) -> None:
    with pytest.raises(InvalidRequest):
        check_key(bad)


@pytest.mark.parametrize("missing", [None, ""])
def test_missing_key(missing: str | None) -> None:
    with pytest.raises(IdempotencyKeyMissing):
        check_key(missing)


def test_stored_reply_says_that_it_is_one() -> None:
    response = Replay(201, "application/json", b'{"id":1}').response()
    assert (response.status_code, bytes(response.body)) == (201, b'{"id":1}')
    assert response.headers["idempotency-replayed"] == "true"
    assert response.headers["content-type"] == "application/json"
