"""Every security event has an alert and an entry in the runbook."""

from __future__ import annotations

import pytest
from tests.compose.files import ROOT, alerts

from chassis.security import Happening


@pytest.mark.parametrize("happening", Happening)
def test_every_security_event_is_alarmed_and_explained(happening: Happening) -> None:
    assert [name for name, expression in alerts() if f'happening="{happening}"' in expression]
    assert f"| `{happening}` |" in (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
