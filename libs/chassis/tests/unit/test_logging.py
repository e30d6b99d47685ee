"""Nothing personal and nothing secret reaches a log line, however it got into the record."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis import telemetry
from chassis.logging import MASK, configure, get_logger, redact

NATIONAL_ID = "29801011234567"
ARABIC_NATIONAL_ID = "٢٩٨٠١٠١١٢٣٤٥٦٧"
MOBILES = ["01012345678", "+201112345678", "00201212345678", "201512345678", "010 1234 5678", "٠١٠١٢٣٤٥٦٧٨"]
JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJtIn0.c2lnbmF0dXJl"
JWE = "eyJhbGciOiJFQ0RILUVTIn0..aXY.Y2lwaGVydGV4dA.dGFn"
CANARIES = [NATIONAL_ID, ARABIC_NATIONAL_ID, *MOBILES, JWT, JWE]


@pytest.fixture(autouse=True)
def output(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level, stream = root.handlers, root.level, io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        configure("probe", "INFO")
    yield stream
    root.handlers, root.level = handlers, level


def lines(output: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.getvalue().splitlines()]


@pytest.mark.parametrize("canary", CANARIES)
def test_canary_is_masked_wherever_it_stands(canary: str, output: io.StringIO) -> None:
    log = get_logger("t")
    log.info(f"said {canary} aloud", note=f"x {canary}", nested={"deep": [{"deeper": (canary, {canary})}]})
    log.info("as a name", by={canary: 1})
    log.info("as another type", of=ValueError(canary))
    logging.getLogger("foreign").warning("%s and %s", canary, {"a": canary})
    try:
        raise ValueError(f"refused {canary}")
    except ValueError as error:
        log.error("failed", exc_info=error)
        logging.getLogger("foreign").exception("failed")
    written = lines(output)
    assert len(written) == 6
    assert canary not in json.dumps(written, ensure_ascii=False)
    assert all("ValueError" in line["exception"] for line in written[-2:])


@pytest.mark.parametrize(
    "name",
    [
        *("national_id", "nationalId", "mobile", "phone", "pin", "new_pin", "pin_jwe", "card_number", "pan"),
        *("secret", "client_secret", "password", "access_token", "authorization"),
        *("diagnosis", "full_name", "given_name"),
    ],
)
def test_value_under_a_forbidden_name_is_masked_at_any_depth(name: str, output: io.StringIO) -> None:
    get_logger("t").info("x", **{name: "plain words"}, inside=[{name: {"even": "structures"}}])
    (line,) = lines(output)
    assert line[name] == MASK
    assert line["inside"] == [{name: MASK}]


@pytest.mark.parametrize("name", ["shipping", "opinion", "span", "lifespan", "expansion", "name_ar"])
def test_harmless_names_are_kept(name: str) -> None:
    assert redact(None, "info", {name: "kept"}) == {name: "kept"}


@pytest.mark.parametrize(
    "words",
    [
        "pin=4821",
        '{"pin": "4821"}',
        "{'pin': 4821}",
        "PIN: 4821",
        "password = 4821x",
        "client_secret=4821",
        "mobile:4821",
    ],
)
def test_pair_inside_text_is_masked(words: str, output: io.StringIO) -> None:
    try:
        raise RuntimeError(f"could not read {words} there")
    except RuntimeError as error:
        get_logger("t").error(f"saw {words}", exc_info=error)
    (line,) = lines(output)
    assert "4821" not in json.dumps(line)


def test_database_error_does_not_show_the_row(output: io.StringIO) -> None:
    words = 'null value in column "x"\nDETAIL:  Failing row contains (أحمد حسن, 7, null).\nHINT: look'
    get_logger("t").error("failed", exc_info=ValueError(words))
    (line,) = lines(output)
    assert "أحمد" not in line["exception"]
    assert "HINT: look" in line["exception"]


def test_driver_error_does_not_show_the_argument(output: io.StringIO) -> None:
    words = "invalid input for query argument $2: ['أحمد حسن', 7] (expected str)\nmore"
    get_logger("t").error("failed", exc_info=ValueError(words))
    (line,) = lines(output)
    assert "أحمد" not in line["exception"]
    assert line["exception"].endswith("more")


def test_whole_number_of_that_shape_is_masked() -> None:
    assert redact(None, "info", {"a": int(NATIONAL_ID), "b": 7, "c": True, "d": 1.5}) == {
        "a": MASK,
        "b": 7,
        "c": True,
        "d": 1.5,
    }


def test_ids_and_times_are_left_alone() -> None:
    event = {
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
        "id": "01980000-29801011-2980-8000-298010112345",
        "request_id": "a29801011234567b01012345678cdef0",
        "timestamp": "2026-11-22T01:37:24.880050Z",
        "event": "handled 1000000 events",
        "money": 29801,
    }
    assert redact(None, "info", dict(event)) == event


def test_line_carries_service_request_and_trace(output: io.StringIO) -> None:
    telemetry.enter("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "request-1234")
    get_logger("t").info("here")
    (line,) = lines(output)
    assert line["service"] == "probe"
    assert line["request_id"] == "request-1234"
    assert line["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


def test_text_no_terminal_can_show_is_logged_all_the_same(output: io.StringIO) -> None:
    get_logger("t").info("odd", what="\ud800", name={"\udfff": b"\xff"})
    (line,) = lines(output)
    assert line["what"] == "\\ud800"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)) | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.dictionaries(st.text(min_size=1), anything), st.sampled_from([NATIONAL_ID, JWT, "01012345678"]))
def test_redaction_never_fails_and_never_lets_a_canary_through(event: dict[str, Any], canary: str) -> None:
    event["planted"] = [{"x": event.copy(), "y": f"<{canary}>"}]
    cleaned = redact(None, "info", event)
    assert canary not in str(cleaned["planted"])
