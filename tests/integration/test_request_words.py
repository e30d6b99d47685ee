"""Every kind of request that card-service takes has its words in what notify-service tells."""

from __future__ import annotations

import pytest

from card_service.registry.months import PROGRAMMES
from card_service.registry.requests.kinds import RequestKind
from notify_service.templates.wording import Language, vocabulary


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_citizen_reads_what_a_request_is_about(language: Language) -> None:
    say = vocabulary(language)
    assert set(say.requests) == {kind.value for kind in RequestKind}
    assert set(say.entitlements) == set(PROGRAMMES)
