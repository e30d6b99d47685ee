"""Each rule catches its samples, and leaves alone what is as it should be."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from tools.lint import check, config
from tools.lint.__main__ import main
from tools.lint.source import Source

from chassis.problems import MEMBERS
from devstack.settings import PORTS

SERVICE = "supply-service/src/supply_service/redemptions/service.py"
SETTINGS = "supply-service/src/supply_service/settings.py"
RULES = "supply-service/src/supply_service/rules/bread.py"
FIGURES = "supply-service/src/supply_service/rules/figures.py"
DEVSTACK = "libs/devstack/src/devstack/stack.py"
TEST = "supply-service/tests/unit/test_bread.py"
CARDS = "card-service/src/card_service/cards/repository.py"
CARD_MIGRATION = "card-service/migrations/versions/0099_sample.py"
MIGRATION = "supply-service/migrations/versions/0001_start.py"


def found(text: str, path: str = SERVICE) -> list[tuple[int, str]]:
    return [(finding.line, finding.rule) for finding in check(Source(path, dedent(text)))]


CAUGHT = [
    ("x = 1\n" * 501, SERVICE, (1, "file-too-long")),
    ("def f():\n" + "    x = 1\n" * 70, SERVICE, (1, "function-too-long")),
    ("async def f():\n" + "    x = 1\n" * 70, TEST, (1, "function-too-long")),
    ("place = '/tmp/unicard'", SERVICE, (1, "absolute-path")),
    ("place = '/home/someone/data'", TEST, (1, "absolute-path")),
    ("place = f'/var/lib/{name}'", DEVSTACK, (1, "absolute-path")),
    ("place = '~/unicard'", DEVSTACK, (1, "absolute-path")),
    (r"place = 'C:\\unicard'", SERVICE, (1, "absolute-path")),
    ("url = 'https://sms.example.com/messages'", SERVICE, (1, "address-in-code")),
    ("url = f'http://127.0.0.1:{port}'", SERVICE, (1, "address-in-code")),
    ("url = 'https://sms.example.com'", SETTINGS, (1, "address-in-code")),
    ("host = '10.0.0.7'", DEVSTACK, (1, "address-in-code")),
    ("host = '0.0.0.0'", SETTINGS, (1, "address-in-code")),
    ("url = 'postgresql://user@db/cards'", SERVICE, (1, "address-in-code")),
    ("if caller.bound.outlet_id != sale.outlet_id: raise X", SERVICE, (1, "bound-compared-by-hand")),
    ("found = [c for c in all if bound.site_id in {None, c.site_id}]", SERVICE, (1, "bound-compared-by-hand")),
    ("governorate = caller.bound.governorate", SERVICE, (1, "bound-compared-by-hand")),
    ("QUOTA = 5", RULES, (1, "rule-figure")),
    ("share = 0.5", RULES, (1, "rule-figure")),
    ("share = 3", FIGURES, (1, "rule-figure")),
    ("left = days[-2]", RULES, (1, "rule-figure")),
    ("loaves = flour * 1450", SERVICE, (1, "known-figure")),
    ("PRICE = Decimal('12.60')", SERVICE, (1, "known-figure")),
    ("PRICE = 12.60", SERVICE, (1, "known-figure")),
    ("monthly = 1_450", SERVICE, (1, "known-figure")),
    ("try:\n    f()\nexcept Exception:\n    log()", SERVICE, (3, "broad-except")),
    ("try:\n    f()\nexcept Exception:  # noqa: BLE001\n    log()", SERVICE, (3, "broad-except")),
    ("try:\n    f()\nexcept:\n    raise", TEST, (3, "broad-except")),
    ("try:\n    f()\nexcept (ValueError, BaseException):\n    raise", SERVICE, (3, "broad-except")),
    ("with contextlib.suppress(Exception):\n    f()", SERVICE, (1, "broad-except")),
    ("try:\n    f()\nexcept ValueError:\n    pass", SERVICE, (3, "swallowed-error")),
    ("raise CardBlocked(card_id=one, status='blocked')", SERVICE, (1, "hidden-member")),
    ("from card_service.stock.errors import NotThere\nfound = NotThere(type='card')", SERVICE, (2, "hidden-member")),
    (
        "class Late(Refusal):\n    title_ar = 'x'\n    def __init__(self):\n        super().__init__(instance=1)",
        SERVICE,
        (4, "hidden-member"),
    ),
    ("from devstack.sink import Sink", SERVICE, (1, "stand-in-name")),
    ("def load_demo(): ...", SERVICE, (1, "stand-in-name")),
    ("SMS_SINK_URL = None", SERVICE, (1, "stand-in-name")),
    ("mode = 'demo'", SERVICE, (1, "stand-in-name")),
    ("x = 1", "notify-service/src/notify_service/sink.py", (1, "stand-in-name")),
    ("total += await f()", SERVICE, (1, "lost-update")),
    ("total += 1 + len(await f())", TEST, (1, "lost-update")),
    ("engine = create_async_engine(url)", SERVICE, (1, "own-engine")),
    ("engine = sqlalchemy.ext.asyncio.create_async_engine(url)", SERVICE, (1, "own-engine")),
    (
        "async def set_pin(session: Work, runtime: Runtime):\n    async with runtime.sessions() as other: ...",
        SERVICE,
        (2, "second-session"),
    ),
    ("print('served')", SERVICE, (1, "print")),
    ("amount: float", SERVICE, (1, "money-as-float")),
    ("def pay(amount: float | None): ...", SERVICE, (1, "money-as-float")),
    ("def cash_due() -> float: ...", SERVICE, (1, "money-as-float")),
    ("price = 0.2", SERVICE, (1, "money-as-float")),
    ("x = float(row.balance_piastres)", DEVSTACK, (1, "money-as-float")),
    ("now = datetime.now(UTC)", SERVICE, (1, "wall-clock")),
    ("now = datetime.datetime.utcnow()", SERVICE, (1, "wall-clock")),
    ("today = date.today()", SERVICE, (1, "wall-clock")),
    ("text('SELECT * FROM unnest(CAST(:ids AS uuid[]))')", SERVICE, (1, "hand-written-rows")),
    ("x = 1  # TODO: more", DEVSTACK, (1, "unfinished")),
    ("# FIXME later", TEST, (1, "unfinished")),
    ("raise NotImplementedError", SERVICE, (1, "unfinished")),
    ("pytest.skip('no broker')", TEST, (1, "skipped-test")),
    ("@pytest.mark.skipif(True)\ndef test(): ...", TEST, (1, "skipped-test")),
    ("@pytest.mark.xfail\ndef test(): ...", TEST, (1, "skipped-test")),
    (f"url = 'http://127.0.0.1:{81}02/v1'", TEST, (1, "default-port")),
    ("start(port=8080)", TEST, (1, "default-port")),
    ("from unittest.mock import AsyncMock", TEST, (1, "test-double")),
    ("from unittest import mock", TEST, (1, "test-double")),
    ("import respx  # contract-test: tests/no_such_file.py", TEST, (1, "test-double")),
    ("text('INSERT INTO household (household_id) VALUES (1)')", CARDS, (1, "foreign-table")),
    (
        "text('WITH gone AS (DELETE FROM citizen c RETURNING 1)' ' UPDATE card SET pin = 1')",
        CARDS,
        (1, "foreign-table"),
    ),
    ('sql = """\n  SELECT 1\n), freed AS (\n  update pickup_slot s set taken = 0\n)"""', CARDS, (4, "foreign-table")),
    ("text(f'{WITH} UPDATE appointment SET state = {state}')", CARDS, (1, "foreign-table")),
    ("await connection.copy_records_to_table('citizen', records=rows)", CARDS, (1, "foreign-table")),
    ("await connection.copy_records_to_table(name, records=rows)", CARDS, (1, "unnamed-table")),
    ("text('TRUNCATE outbox')", CARDS, (1, "foreign-table")),
    ("text('DELETE FROM card')", "libs/chassis/src/chassis/relay.py", (1, "unowned-table")),
    ("sql = 'INSERT INTO {table} VALUES (1)'", CARDS, (1, "unnamed-table")),
    ("text(f'INSERT INTO {table} VALUES (1)')", CARDS, (1, "unnamed-table")),
    ("from sqlalchemy import insert, text", CARDS, (1, "unnamed-table")),
    ("text('INSERT INTO no_such_table VALUES (1)')", CARDS, (1, "unowned-table")),
    ("op.execute('CREATE TABLE no_such_table (id uuid)')", CARD_MIGRATION, (1, "unowned-table")),
    ("TABLES = ('card', 'citizen')", "card-service/src/card_service/cards/__init__.py", (1, "table-of-two")),
]


@pytest.mark.parametrize(("text", "path", "expected"), CAUGHT)
def test_sample_is_caught(text: str, path: str, expected: tuple[int, str]) -> None:
    assert expected in found(text, path)


LEFT_ALONE = [
    ("x = 1\n" * 500, SERVICE),
    ("def f():\n" + "    x = 1\n" * 69, SERVICE),
    ("x = 1\n" * 501, MIGRATION),
    ("route = '/v1/redemptions'", SERVICE),
    ("if caller.bound.site_id is None: raise NoSite", SERVICE),
    ("merchant = caller.bound.outlet_id", SERVICE),
    ("if self.governorate == area.governorate: return True", SERVICE),
    ("prefix = '/tmpl'", SERVICE),
    ("url = f'http://{host}:{port}/'", SERVICE),
    ("url = f'postgresql://postgres:{password}@{host}/postgres'", SERVICE),
    ("host = '127.0.0.1'", SETTINGS),
    ("url = f'http://127.0.0.1:{port}'", DEVSTACK),
    ("schema = 'https://json-schema.org/draft/2020-12/schema'", SERVICE),
    ('"""See https://www.rfc-editor.org/rfc/rfc9457."""', SERVICE),
    ("url = 'http://testserver/v1'", TEST),
    ("version = '18.6.3'", SERVICE),
    ("port = 8102", SETTINGS),
    ("url = f'http://127.0.0.1:{free_port()}/v1'", TEST),
    ("host = 'card-service:8101'", TEST),
    ("first, last, none = days[0], days[-1], True", RULES),
    ("limit = 5", SERVICE),
    ("pair = len(step) == 2", FIGURES),
    ("@lru_cache(maxsize=64)\ndef f(): ...", RULES),
    ("loaves = 1450", TEST),
    ("text = '1450 loaves'", SERVICE),
    (
        "try:\n    f()\nexcept Exception:  # why: a handler's fault must not stop the relay\n    log()",
        SERVICE,
    ),
    (
        "try:\n    f()\n# why: whatever went wrong, the lock is freed\nexcept BaseException:\n    free()",
        SERVICE,
    ),
    ("try:\n    f()\nexcept Exception:\n    # one bad row must not spoil the batch\n    log()", SERVICE),
    ("try:\n    f()\nexcept ValueError:\n    return None", SERVICE),
    ("raise CardBlocked('It is.', state='blocked', detail_ar='x')", SERVICE),
    ("class Reply(BaseModel):\n    @classmethod\n    def of(cls):\n        return cls(status='new')", SERVICE),
    ("demography = sinking = None", SERVICE),
    ("'''The demo does not come here.'''", SERVICE),
    ("from devstack.sink import Sink", DEVSTACK),
    ("more = await f()\ntotal += more", SERVICE),
    ("results |= await f()", SERVICE),
    ("print('ready')", DEVSTACK),
    ("delay: float = 0.5", SERVICE),
    ("amount: int\nrate = Decimal('0.2')", SERVICE),
    ("statement('SELECT * FROM <rows>', card_id='uuid')", SERVICE),
    ("READ = 'SELECT * FROM unnest($1::uuid[])'", SERVICE),
    ("now = runtime.clock.now()", SERVICE),
    ("start = time.monotonic()", SERVICE),
    ("now = datetime.now(UTC)", TEST),
    ("x = 1  # todo list of the citizen, and mastodons", SERVICE),
    ("from unittest.mock import AsyncMock  # contract-test: tools/tests/test_lint_rules.py", TEST),
    ("text('UPDATE card SET state = 1')", CARDS),
    ("text('SELECT * FROM citizen FOR UPDATE OF c'); text('... FOR NO KEY UPDATE')", CARDS),
    ("text('INSERT INTO card VALUES (1) ON CONFLICT DO UPDATE SET state = 2')", CARDS),
    ("text(f'WITH noted AS ({accesses.INSERT} SELECT 1) SELECT * FROM citizen')", CARDS),
    ("why = 'delete from the register, then update it'", SERVICE),
    ("op.execute('CREATE TABLE card_rest PARTITION OF card DEFAULT')", CARD_MIGRATION),
    ("# allow: absolute-path the kernel has no other name for it\nplace = '/etc/os-release'", DEVSTACK),
]


@pytest.mark.parametrize(("text", "path"), LEFT_ALONE)
def test_good_code_is_left_alone(text: str, path: str) -> None:
    assert found(text, path) == []


def test_an_excuse_needs_the_rule_and_a_reason() -> None:
    assert found("place = '/etc/hosts'  # allow: absolute-path") == [(1, "absolute-path")]
    assert found("place = '/etc/hosts'  # allow: print it is needed here") == [(1, "absolute-path")]


def test_findings_are_printed_as_path_line_rule_message() -> None:
    (finding,) = check(Source(SERVICE, "print(1)"))
    assert str(finding) == f"{SERVICE}:1: print log it with chassis.logging"


def test_every_default_port_of_the_stack_is_known() -> None:
    assert {port for _, port in PORTS.values()} <= config.DEFAULT_PORTS


def test_a_problem_documents_own_members_are_known() -> None:
    assert config.PROBLEM_MEMBERS | {"detail", "detail_ar"} == MEMBERS


def test_command_line_answers_1_where_it_finds_something(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(Path(__file__).parent.parent / "lint")]) == 0
    assert "0 findings" in capsys.readouterr().out


@pytest.mark.parametrize("pattern", [*config.RULE_MODULES, *config.RULE_EXCEPTIONS, *config.TEST_SUPPORT])
def test_what_the_rules_are_told_to_look_at_is_there(pattern: str) -> None:
    assert list(Path(__file__).parents[2].glob(pattern)), f"{pattern} matches nothing any more"
