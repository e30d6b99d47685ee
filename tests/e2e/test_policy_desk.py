"""The desk of policies on the running system: what a price would change is computed, looked at and proposed."""

from __future__ import annotations

import re

from .conftest import until
from .test_console import ID, SignIn, signed_in

__all__ = ["signed_in"]


def test_what_a_price_would_change_is_computed_and_then_proposed(signed_in: SignIn) -> None:
    enterer = signed_in("policy.enterer", "/console/policies?service=supply&key=bread.price")
    row = re.findall(f'href="(/console/policies/supply/{ID})"', enterer.page.text)[-1]
    assert "اقترح قيمة جديدة" in enterer.get(row).text
    enterer.get(f"{row}/new")
    assert enterer.post(f"{row}/new", act="simulate").status_code == 422
    typed = {
        "value": "٢٥", "effective_from": "1/6/2028", "legal_reference": "a decree of a test", "source": "none",
        "confidence": "chosen",
    }  # fmt: skip
    simulation = enterer.post(f"{row}/new", act="simulate", **typed).url.path
    assert re.fullmatch(f"/console/simulations/{ID}", simulation), enterer.page.text
    until(lambda: "اكتمل" in enterer.get(simulation).text)
    assert "بحسب المحافظة" in enterer.page.text
    assert "بورسعيد" in enterer.get(f"{simulation}/paper").text
    enterer.get(simulation)
    proposal = enterer.post(simulation).url.path
    assert re.fullmatch(f"/console/proposals/supply/{ID}", proposal), enterer.page.text
    approver = signed_in("policy.approver", proposal)
    until(lambda: re.search(f'href="/console/simulations/{ID}"', approver.get(proposal).text))
    assert "رُفض المقترح." in approver.post(proposal, decision="refuse", reason="a test").text
