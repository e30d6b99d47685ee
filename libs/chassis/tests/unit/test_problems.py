"""Problem documents, and what must hold for every refusal any service declares."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from chassis.problems import COMMON, MEDIA_TYPE, Conflict, NotFound, Unavailable, encode, responses, status_of
from chassis.refusals import Refusal, registry

PACKAGES = (
    "chassis",
    "api_gateway",
    "card_service",
    "supply_service",
    "health_service",
    "payment_service",
    "notify_service",
)
NOT_IMPORTED = {"chassis.testing"}
ARABIC = re.compile(r"[\u0600-\u06ff]")


def import_all() -> None:
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not module.name.endswith("__main__") and module.name not in NOT_IMPORTED:
                importlib.import_module(module.name)


def declared(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every refusal with a code of its own, by any path."""
    for child in kind.__subclasses__():
        if child.__module__.split(".")[0] in PACKAGES:
            if "code" in child.__dict__:
                yield child
            yield from declared(child)


def test_every_declared_problem_is_fit_to_be_shown() -> None:
    import_all()
    said: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for problem in declared():
        said[problem.code].add((problem.title(), problem.title_ar))
        where = f"{problem.__module__}.{problem.__name__}"
        assert re.fullmatch(r"[a-z][a-z0-9_]*", problem.code), where
        assert problem.__doc__, where
        assert ARABIC.search(problem.title_ar), where
        assert "title_ar" in problem.__dict__ or problem.code == "internal_error", (
            f"{where} has only its parent's title"
        )
        assert 400 <= status_of(problem) < 600, where
    twice = {code: words for code, words in said.items() if len(words) > 1}
    assert twice == {}, "one code, one meaning: where two services refuse alike they say it alike"
    assert registry().keys() >= said.keys()


class Spilled(Conflict):
    """The oil was spilled.

    This is for developers.
    """

    code = "test_spilled"
    title_ar = "انسكب الزيت"


def test_document_says_what_where_and_in_both_languages() -> None:
    problem = Spilled("Two litres.", detail_ar="لتران.", litres=2)
    assert problem.document("r-1") == {
        "type": "/problems/test_spilled",
        "title": "The oil was spilled",
        "title_ar": "انسكب الزيت",
        "status": 409,
        "code": "test_spilled",
        "detail": "Two litres.",
        "detail_ar": "لتران.",
        "request_id": "r-1",
        "litres": 2,
    }


def test_empty_members_are_left_out() -> None:
    assert NotFound().document().keys() == {"type", "title", "title_ar", "status", "code"}


def test_no_extension_hides_a_member() -> None:
    said = Spilled(
        "Two litres.", litres=2, type="x", title="x", title_ar="x", status=200, code="x", instance="x", request_id="x"
    )
    assert said.document("r-1") == Spilled("Two litres.", litres=2).document("r-1")


def test_response_has_the_media_type_and_the_headers() -> None:
    response = Unavailable("Later.", retry_after=7).response("r-1")
    assert response.status_code == 503
    assert response.media_type == MEDIA_TYPE
    assert response.headers["retry-after"] == "7"
    assert json.loads(bytes(response.body))["detail"] == "Later."


def test_words_of_the_caller_that_are_no_unicode_do_not_break_the_answer() -> None:
    body = encode(Spilled("said \ud800", where=["\udfff"]).document())
    assert json.loads(body)["code"] == "test_spilled"


def test_problems_are_grouped_by_status() -> None:
    grouped = responses(NotFound, Spilled, Conflict)
    assert set(grouped) == {404, 409}
    assert "`test_spilled`: The oil was spilled" in grouped[409]["description"]
    assert "`conflict`" in grouped[409]["description"]
    assert MEDIA_TYPE in grouped[404]["content"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503])
def test_common_refusals_cover(status: int) -> None:
    assert status in {problem.status for problem in COMMON}
