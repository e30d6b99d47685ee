"""Every recipe of docs/adding.md, applied as it stands there to a copy of the tree, fits and touches few files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "adding.md"
BLOCK = re.compile(r"^```(?P<kind>python|yaml|diff)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
IMPORT = re.compile(r"^(?:from|import) .*\n", re.MULTILINE)
MOST = {
    "An endpoint": 5,
    "An event": 4,
    "A policy row": 1,
    "A reaction": 3,
    "An SMS": 4,
    "A kind of terminal": 5,
    "A decision by two persons": 5,
}


@dataclass(frozen=True)
class Block:
    """A piece of a recipe: what is added to a file, or changed in it."""

    kind: str
    path: str
    text: str


def recipes() -> dict[str, list[Block]]:
    """The blocks of each section."""
    found: dict[str, list[Block]] = defaultdict(list)
    for section in re.split(r"^## ", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        for block in BLOCK.finditer(section):
            first, _, rest = block["text"].partition("\n")
            diff = block["kind"] == "diff"
            path = first.removeprefix("--- a/") if diff else first.removeprefix("# ")
            found[section.splitlines()[0]].append(Block(block["kind"], path, block["text"] if diff else rest))
    return found


class Tree:
    """A copy of the workspace whose members are imported instead of the installed ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, names.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        sources = [path.parent / "src" for path in sorted(folder.glob("**/pyproject.toml")) if path.parent != folder]
        self.environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [folder, *sources]))}

    def apply(self, block: Block) -> None:
        path = self.folder / block.path
        if block.kind == "diff":
            self._change(path, block.text)
            return
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if block.kind == "yaml":
            path.write_text(before + block.text, encoding="utf-8")
            return
        imports, rest = "".join(IMPORT.findall(block.text)), IMPORT.sub("", block.text)
        head = before.rfind("\nfrom __future__ import annotations\n") + len("\nfrom __future__ import annotations\n")
        if not before:
            path.write_text(block.text, encoding="utf-8")
        else:
            path.write_text(f"{before[:head]}\n{imports}{before[head:]}\n\n{rest}", encoding="utf-8")

    def _change(self, path: Path, diff: str) -> None:
        lines = [line for line in diff.splitlines() if line[:3] not in {"---", "+++"} and line[:2] != "@@"]
        old = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "+")
        new = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "-")
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path}: the lines that the recipe changes stand there {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *command: str) -> str:
        """Run a Python module or tool in the copy; what it said, which was success."""
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, timeout=500,
        )  # fmt: skip
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """The copy with all recipes in it, its derived files written."""
    made = Tree(tmp_path_factory.mktemp("adding"))
    for blocks in recipes().values():
        for block in blocks:
            made.apply(block)
    made.run("ruff", "check", "--quiet", "--select", "I", "--fix", *touched(".py"))
    made.run("ruff", "format", "--quiet", *touched(".py"))
    made.run("contracts.generate")
    made.run("tools.routes")
    return made


def touched(ending: str = "") -> Sequence[str]:
    """The files of all recipes."""
    paths = {block.path for blocks in recipes().values() for block in blocks}
    return sorted(path for path in paths if path.endswith(ending))


@pytest.mark.parametrize("recipe", MOST)
def test_a_recipe_touches_few_files(recipe: str) -> None:
    files = {block.path for block in recipes()[recipe]}
    assert 1 <= len(files) <= MOST[recipe]
    row = re.search(rf"^\| \[{recipe}\].*?\| (\d+)", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.IGNORECASE)
    assert row is not None
    assert int(row[1]) == len(files)


def test_the_projects_rules_are_kept(tree: Tree) -> None:
    tree.run("ruff", "check", *touched(".py"))
    tree.run("tools.lint", *(str(tree.folder / path) for path in touched(".py")))


def test_the_types_fit(tree: Tree) -> None:
    if (ROOT / ".mypy_cache").exists():  # of `make types`: what no recipe touches is not checked again
        shutil.copytree(ROOT / ".mypy_cache", tree.folder / ".mypy_cache")
    tree.run("tools.typecheck")


def test_what_is_derived_tells_of_it(tree: Tree) -> None:
    assert "GET /v1/pickup-sites/{site_id}" in re.sub(
        " +", " ", (tree.folder / "gateway/src/api_gateway/routes.txt").read_text(encoding="utf-8")
    )
    assert "PickupSiteEntered" in (tree.folder / "docs/events.md").read_text(encoding="utf-8")


def test_the_recipes_own_tests_and_those_they_could_break_pass(
    tree: Tree, postgres_url: str, kafka_bootstrap: str
) -> None:
    tree.environment |= {"UNICARD_TEST_POSTGRES_URL": postgres_url, "UNICARD_TEST_KAFKA_BOOTSTRAP": kafka_bootstrap}
    tree.environment |= {name: value for name, value in os.environ.items() if name.startswith("UNICARD_KAFKA_")}
    own = [
        name for blocks in recipes().values() for block in blocks for name in re.findall(r"def (test_\w+)", block.text)
    ]
    own.append("test_every_operation_asks_whose_it_is")
    folders = sorted({path for path in touched(".py") if "/tests/" in path})
    others = ["libs/contracts/tests/test_generated.py", "supply-service/tests/unit/test_policy_book.py"]
    said = tree.run("pytest", "-q", "-p", "no:cacheprovider", *folders, "-k", " or ".join(own))
    assert f"{len(own)} passed" in said
    tree.run("pytest", "-q", "-p", "no:cacheprovider", *others, "notify-service/tests/unit/test_templates.py")
