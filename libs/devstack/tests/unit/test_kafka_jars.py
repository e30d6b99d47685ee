"""Exactly the locked jars, or a sentence."""

from pathlib import Path

import pytest

from devstack.engines import kafka_jars
from devstack.engines.process import EngineError


def test_the_lock_holds_one_version_of_kafka_with_sums() -> None:
    jars = kafka_jars.locked()
    assert len({jar.artifact for jar in jars}) == len(jars) > 40
    assert all(len(jar.sha256) == 64 for jar in jars)
    assert kafka_jars.kafka_version() == "4.3.0"


def test_a_lock_that_mixes_versions_is_refused(tmp_path: Path) -> None:
    mixed = tmp_path / "lock.toml"
    mixed.write_text(kafka_jars.LOCK_FILE.read_text().replace('version = "4.3.0"', 'version = "3.8.0"', 1))
    with pytest.raises(EngineError, match=r"mixes versions of Kafka: 3\.8\.0, 4\.3\.0"):
        kafka_jars.locked(mixed)


def test_a_damaged_jar_is_noticed(tmp_path: Path) -> None:
    whole = next(path for path in kafka_jars.class_path() if path.name.startswith("jopt-simple"))
    kept = whole.read_bytes()
    jar = next(jar for jar in kafka_jars.locked() if jar.artifact == "jopt-simple")
    copy = tmp_path / jar.relative_path
    copy.parent.mkdir(parents=True)
    copy.write_bytes(kept[:100])
    assert not kafka_jars.intact(copy, jar)
    copy.write_bytes(kept)
    assert kafka_jars.intact(copy, jar)
