"""What every service's tests hold its policies to."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from approvals.testing import Signer, decide, proposal_calls
from chassis.ids import new_id
from chassis.testing import check_pages
from chassis.testing_walk import Call
from policybook.book import PolicyBook
from policybook.days import ByDay
from policybook.files import read_policies
from policybook.keys import Keys
from policybook.snapshot import Snapshot
from policybook.startup import whole_book

FIRST_DAY = date(2035, 1, 1)  # far enough ahead wherever a test has moved its clock to


def unread_keys(declared_in: Path) -> set[str]:
    """The names of keys declared in a module that no code of its package reads."""
    declared = {
        target.id
        for node in ast.parse(declared_in.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("KEYS.declare(")
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    package = next(folder for folder in declared_in.parents if not (folder.parent / "__init__.py").exists())
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                declared.discard(node.attr)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                declared.discard(node.id)
    return declared


def changed_copy(folder: Path, target: Path, **values: int) -> Path:
    """A copy of a folder of policy files with other values: `payment__hold_seconds=20` for `payment.hold_seconds`."""
    shutil.copytree(folder, target)
    for name, value in values.items():
        key = name.replace("__", ".")
        changed = 0
        for path in target.glob("*.yaml"):
            text, n = re.subn(rf"(key: {re.escape(key)}\n    value: )\d+", rf"\g<1>{value}", path.read_text("utf-8"))
            path.write_text(text, "utf-8")
            changed += n
        assert changed, f"no row of {key} with a number"
    return target


def snapshot_of(folder: Path, keys: Keys) -> Snapshot[PolicyBook]:
    """The book of a folder's files, without a database."""
    snapshot = Snapshot(whole_book)
    snapshot.figures = ByDay(PolicyBook.of(read_policies(folder, keys)), whole_book)
    return snapshot


def row_for(first_day: date = FIRST_DAY, governorate: str | None = "03", **members: object) -> dict[str, Any]:
    """A policy on record that any service takes, of a governorate or the nation, known by a new key."""
    return {
        "key": f"test.figure_{new_id().hex[-12:]}",
        "scope": {} if governorate is None else {"governorate": governorate},
        "value": 1,
        "effective_from": first_day.isoformat(),
        "legal_reference": "a decision of a test",
        "source": "none",
        "confidence": "chosen",
        "on_record": True,
        **members,
    }


async def proposed(
    client: httpx.AsyncClient, issuer: Signer, path: str, row: Mapping[str, Any], **claims: Any
) -> dict[str, Any]:
    """Propose a policy as the ministry's system."""
    headers = issuer.headers("ministry", "policies:write", **claims)
    reply = await client.post(path, headers=headers, json=dict(row))
    assert reply.status_code == 201, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def published(
    client: httpx.AsyncClient, issuer: Signer, service: str, path: str, row: Mapping[str, Any]
) -> dict[str, Any]:
    """Propose a policy and have a person approve it; the row as the list shows it."""
    made = await proposed(client, issuer, path, row)
    await decide(client, issuer, service, made["policy_id"], "policies:approve")
    reader = issuer.headers("ministry", "policies:read")
    rows = (await client.get(f"{path}?key={row['key']}&limit=500", headers=reader)).json()["items"]
    found: dict[str, Any] = next(one for one in rows if one["policy_id"] == made["policy_id"])
    return found


async def policy_calls(
    client: httpx.AsyncClient, issuer: Signer, service: str, path: str, first_day: date = FIRST_DAY
) -> dict[str, Call | list[Call]]:
    """The walk's calls of a service's policies and proposals, which are all of governorate 03; reading is anyone's."""
    taken = await published(client, issuer, service, path, row_for(first_day))
    waiting = await proposed(client, issuer, path, row_for(first_day))
    other = await proposed(client, issuer, path, row_for(first_day))
    proposal = {"proposal_id": waiting["policy_id"], "digest": waiting["digest"]}
    new, national = {"json": row_for(first_day)}, {"json": row_for(first_day, None)}
    withdrawal = f"{path}/{taken['policy_id']}/withdrawal"
    return {
        f"POST {path}": [
            Call(path, "policies:write", refused=403, body=new),
            Call(path, "policies:write", mine={}, refused=403, body=national),
        ],
        f"POST {path}/{{policy_id}}/withdrawal": Call(
            withdrawal, "policies:write", body={"json": {"reason": "a walk"}}
        ),
        **proposal_calls(
            service,
            proposal,
            "policies:write",
            "policies:approve",
            proposer={"subject": "ministry"},
            other=other["policy_id"],
        ),
    }


async def check_policies_by_two(
    client: httpx.AsyncClient, issuer: Signer, service: str, path: str, first_day: date = FIRST_DAY
) -> None:
    """What every service's policies hold: entered by one, in force by another person's decision, taken back so too."""
    row, writer = row_for(first_day), issuer.headers("ministry", "policies:write policies:approve")
    typed = await client.post(path, headers=writer, json={**row, "approved_by": "the minister"})
    assert (typed.status_code, typed.json()["errors"][0]["where"]) == (422, "body.approved_by"), typed.text
    local = issuer.headers("port-said", "policies:write", governorate="03")
    for elsewhere in (row_for(first_day, None), row_for(first_day, "19")):
        assert (await client.post(path, headers=local, json=elsewhere)).status_code == 403
    made = await proposed(client, issuer, path, row)
    assert (made["state"], made["approved_by"], made["entered_by"]) == ("submitted", None, "ministry")
    reader = issuer.headers("ministry", "policies:read")
    listed = f"{path}?key={row['key']}"
    assert (await client.get(listed, headers=reader)).json()["items"] == []
    decision = {"decision": "approve", "digest": made["digest"]}
    decide_it = f"/v1/proposals/{service}/{made['policy_id']}/decision"
    by_machine = await client.post(decide_it, headers=writer, json=decision)
    assert (by_machine.status_code, by_machine.json()["code"]) == (403, "caller_kind_refused")
    decider = new_id()
    await decide(client, issuer, service, made["policy_id"], "policies:approve", person_id=decider)
    (found,) = (await client.get(listed, headers=reader)).json()["items"]
    assert (found["policy_id"], found["entered_by"]) == (made["policy_id"], "ministry")
    assert found["approved_by"] == f"person:{decider}"
    for query, expected in (
        (f"policy_id={found['policy_id']}", [found]), ("scope=governorate=03&assumed=true", [found]),
        ("scope=governorate=0", []), (f"policy_id={new_id()}", []),
    ):  # fmt: skip
        assert (await client.get(f"{listed}&{query}", headers=reader)).json()["items"] == expected, query
    history = (await client.get(f"/v1/proposals/{service}/{found['policy_id']}", headers=reader)).json()
    assert [act["act"] for act in history["acts"]] == ["entered", "submitted", "approved"]
    own = issuer.person("policies:write policies:approve")
    mine = (await client.post(path, headers=own, json=row_for(first_day))).json()
    answer = await client.post(
        f"/v1/proposals/{service}/{mine['policy_id']}/decision", headers={**own, "Idempotency-Key": "own"},
        json={"decision": "approve", "digest": mine["digest"]},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (403, "own_proposal")
    withdrawal = await client.post(f"{path}/{found['policy_id']}/withdrawal", headers=writer, json={"reason": "typing"})
    assert withdrawal.status_code == 202, withdrawal.text
    await decide(client, issuer, service, withdrawal.json()["proposal_id"], "policies:approve")
    assert (await client.get(listed, headers=reader)).json()["items"] == []
    await check_pages(client, reader, f"/v1/proposals/{service}?limit=200")
