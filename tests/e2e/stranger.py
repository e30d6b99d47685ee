"""A terminal written by somebody who has the API's document and nothing else.

It imports nothing of this project and knows no operation's form by heart: bodies are the document's examples with what
a terminal has put in, every body and every answer is held against its schema. What is signed and sealed is made by the
RFCs that the document names. `test_stranger.py` gives it a terminal's id and code, and a card to be read.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc import jwe
from joserfc.jwk import OKPKey
from jsonschema import Draft202012Validator

Body = dict[str, Any]
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
_PATIENCE_S = 60.0


def b64(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def canonical(value: object) -> bytes:
    """JSON by RFC 8785, of texts, whole numbers, truth values, lists and objects with names in ASCII."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


class Refused(Exception):
    """A problem document."""

    def __init__(self, problem: Body) -> None:
        super().__init__(json.dumps(problem, ensure_ascii=False))
        self.code, self.problem = str(problem["code"]), problem


class Stranger:
    """The device: its key, its token, its chain of offline sales, and the document."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, timeout=30)
        self.document: Body = self.http.get("/openapi.json").json()
        self.rules: Body = self.document["x-terminal"]
        self.key = Ed25519PrivateKey.generate()
        self.me: Body = {}
        self.called: set[str] = set()
        self.token, self.ends = "", 0.0
        self.ahead = self.ahead_of_sales = timedelta()  # of this device's clock: the server's, and that of sales
        self.hot_list: set[str] = set()
        self.hot_list_at = ""
        self.sequence = int(self.rules["offline"]["first_sequence"])
        self.previous_hash = str(self.rules["offline"]["first_previous_hash"])

    # the document

    def resolved(self, schema: Body) -> Body:
        """What a reference names; of alternatives the one that is no null."""
        while True:
            if "$ref" in schema:
                schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
            elif others := [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]:
                schema = others[0]
            else:
                return schema

    def member(self, name: str, member: str) -> Body:
        """The schema of a member of a component."""
        found: Body = self.document["components"]["schemas"][name]["properties"][member]
        return found if "contentSchema" in found else self.resolved(found)

    def operation(self, name: str) -> Body:
        """An operation by its name, such as `POST /v1/redemptions`."""
        method, path = name.split(" ")
        found: Body = self.document["paths"][path][method.lower()]
        return found

    def example(self, name: str, number: int = 0) -> Body:
        """An example of an operation's body."""
        (content,) = self.operation(name)["requestBody"]["content"].values()
        found: Body = json.loads(json.dumps(self.resolved(content["schema"])["examples"][number]))
        return found

    def check(self, schema: Body, value: object) -> None:
        """Raise where a value is not as the document says."""
        Draft202012Validator({**schema, "components": self.document["components"]}).validate(value)

    # calls

    def call(self, name: str, body: Body | None = None, key: str = "", **fields: object) -> Any:
        """Carry an operation out, again under its key where the document says so; its answer. `Refused` else."""
        operation = self.operation(name)
        method, path = name.split(" ")
        for field in [field for field in fields if f"{{{field}}}" in path]:
            path = path.replace(f"{{{field}}}", str(fields.pop(field)))
        headers = {"Authorization": f"Bearer {self.signed_in()}"} if operation.get("security") else {}
        known = {parameter["name"] for parameter in operation.get("parameters", ())}
        if method != "GET":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        assert set(fields) <= known, f"{name} has no {set(fields) - known}"
        sent: Body = {"params": fields} if fields else {}
        if body is not None:
            ((media, content),) = operation["requestBody"]["content"].items()
            self.check(content["schema"], body)
            sent |= {"json": body} if media == JSON else {"data": body}
        reply = self._sent(method, path, {**sent, "headers": headers})
        self.called.add(name)
        if reply.is_error:
            problem = reply.json()
            self.check({"$ref": "#/components/schemas/ProblemDocument"}, problem)
            raise Refused(problem)
        answered = operation["responses"][str(reply.status_code)]["content"]
        if JSON not in answered:
            return reply.text
        self.check(answered[JSON]["schema"], reply.json())
        return reply.json()

    def _sent(self, method: str, path: str, sent: Body) -> httpx.Response:
        until = time.monotonic() + _PATIENCE_S
        pause = 0.1
        while True:
            try:
                reply = self.http.request(method, path, **sent)
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
            else:
                if not self._asked_again(reply) or time.monotonic() > until:
                    return reply
                pause = max(pause, float(reply.headers.get("Retry-After", 0)))
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def _asked_again(self, reply: httpx.Response) -> bool:
        retry = self.rules["retry"]
        if reply.status_code in retry["statuses"]:
            return True
        return reply.status_code == httpx.codes.CONFLICT and reply.json()["code"] in retry["codes"]

    # who it is

    def sign(self, message: bytes) -> str:
        """The device's signature, base64url."""
        return b64(self.key.sign(message))

    def enrol(self, terminal_id: str, code: str) -> None:
        """Become the terminal of that id."""
        public = b64(self.key.public_key().public_bytes_raw())
        proof = self.rules["enrolment"]["proof"].format(terminal_id=terminal_id, code=code)
        body = self.example("POST /v1/enrolments")
        body |= {"terminal_id": terminal_id, "code": code, "public_key": public, "proof": self.sign(proof.encode())}
        self.me = self.call("POST /v1/enrolments", body)
        self.ahead = datetime.fromisoformat(self.me["server_time"]) - datetime.now(UTC)

    def now(self) -> datetime:
        """The time by the server's clock."""
        return datetime.now(UTC) + self.ahead

    def signed_in(self) -> str:
        """A token that is good for a while yet."""
        if time.monotonic() > self.ends:
            name = "POST /oauth/token"
            form = self.resolved(self.operation(name)["requestBody"]["content"][FORM]["schema"])
            member, at = form["properties"]["client_assertion"], int(self.now().timestamp())
            claims = {
                "iss": self.me["client_id"], "sub": self.me["client_id"], "aud": self.me["audience"],
                "jti": str(uuid.uuid4()), "iat": at, "exp": at + 60,
            }  # fmt: skip
            self.check(member["contentSchema"], claims)
            header = member["x-jose-header"] | {"kid": self.me["key_id"]}
            signed = f"{b64(canonical(header))}.{b64(canonical(claims))}"
            body = self.example(name) | {"client_assertion": f"{signed}.{self.sign(signed.encode())}"}
            told = self.call(name, body)
            self.token, self.ends = told["access_token"], time.monotonic() + told["expires_in"] - 60
            assert set(told["scope"].split()) == set(self.me["scopes"])
        return self.token

    # the card and its holder

    def read_card(self, compact: str) -> str:
        """The id of the card whose code carries this, checked as without a network."""
        member = self.member("Credential", "credential")
        keys = {key["kid"]: key["x"] for key in self.call("GET /v1/credential-keys")["keys"]}
        signed, _, signature = compact.rpartition(".")
        header, claims = (json.loads(unb64(part)) for part in signed.split("."))
        assert {name: header[name] for name in ("alg", "typ")} == {
            name: member["x-jose-header"][name] for name in ("alg", "typ")
        }
        Ed25519PublicKey.from_public_bytes(unb64(keys[header["kid"]])).verify(unb64(signature), signed.encode())
        self.check(member["contentSchema"], claims)
        assert claims["exp"] > self.now().timestamp()
        assert claims["gov"] == self.me["governorate"]
        return str(claims["card"])

    def sealed(self, pin: str, operation: Mapping[str, Any]) -> str:
        """A PIN on its way, for one operation at this device."""
        member, key = self.member("PinIn", "pin_jwe"), self.call("GET /v1/pin-key")
        content = {
            "card_id": operation["card_id"], "pin": pin, "device": self.me["client_id"],
            "purpose": operation["purpose"], "max_amount": operation["max_amount"],
            "nonce": secrets.token_urlsafe(16), "at": int(self.now().timestamp()),
        }  # fmt: skip
        self.check(member["contentSchema"], content)
        header = member["x-jose-header"] | {"kid": key["kid"]}
        return jwe.encrypt_compact(header, canonical(content), OKPKey.import_key(key))

    def prove(self, card_id: str, purpose: str, amount: int, pin: str) -> Body:
        """What became of a try to prove the holder."""
        name = "POST /v1/holder-proofs"
        body = self.example(name) | {"card_id": card_id, "purpose": purpose, "max_amount": amount}
        told: Body = self.call(name, body | {"pin_jwe": self.sealed(pin, body)})
        return told

    # sales

    def sell(self, body: Body, pin: str = "") -> Body:
        """A sale; the clock is set where it is told to be wrong, and the holder is asked where it is needed."""
        name = "POST /v1/redemptions"
        if "occurred_at" in body:
            body["occurred_at"] = self.time_of_sales().isoformat()
        try:
            sold: Body = self.call(name, body)
        except Refused as refusal:
            if refusal.code == "terminal_clock_skew":
                self.ahead_of_sales = datetime.fromisoformat(refusal.problem["server_time"]) - datetime.now(UTC)
                return self.sell(body, pin)
            if refusal.code != "holder_proof_required" or not pin:
                raise
            proved = self.prove(body["card_id"], "sale", refusal.problem["amount"], pin)
            sold = self.call(name, body | {"holder_proof": proved["proof"]})
        return sold

    def time_of_sales(self) -> datetime:
        """The time by which sales are judged: the server's, but in a training system whose days are moved."""
        return datetime.now(UTC) + (self.ahead_of_sales or self.ahead)

    def beyond(self, card_id: str, lines: list[Body]) -> int:
        """Piastres of goods beyond the allowance: what is to be held."""
        prices = {item["item"]: item["prices"] for item in self.call("GET /v1/catalogue")["items"]}
        cost: int = sum(
            prices[line["item"]]["goods"] * line["quantity"] for line in lines if line["programme"] == "goods"
        )
        pots = self.call("GET /v1/entitlements/{card_id}", card_id=card_id)["pots"]
        left: int = sum(pot["remaining"] for pot in pots if pot["programme"] == "goods")
        return max(0, cost - left)

    def keep_hot_list(self) -> None:
        """Read what has changed in the hot list, part by part, each checked, each behind the one before."""
        member = self.member("HotListReply", "part")
        keys = {key["kid"]: key["x"] for key in self.call("GET /v1/hot-list-keys")["keys"]}
        more = True
        while more:
            asked: Body = {"after": self.hot_list_at} if self.hot_list_at else {}
            signed, _, signature = self.call("GET /v1/hot-list", **asked)["part"].rpartition(".")
            header, part = (json.loads(unb64(text)) for text in signed.split("."))
            Ed25519PublicKey.from_public_bytes(unb64(keys[header["kid"]])).verify(unb64(signature), signed.encode())
            assert header["typ"] == member["x-jose-header"]["typ"]
            self.check(member["contentSchema"], part)
            assert part["gov"] == self.me["governorate"]
            if part["from"] is None:
                self.hot_list = set()
            else:
                assert part["from"] == self.hot_list_at
            self.hot_list = (self.hot_list | set(part["add"])) - set(part["remove"])
            self.hot_list_at, more = part["to"], part["more"]

    def configured(self) -> Body:
        """What this terminal may sell without a network, checked."""
        member = self.member("ConfigurationReply", "configuration")
        keys = {key["kid"]: key["x"] for key in self.call("GET /v1/terminal-configuration-keys")["keys"]}
        compact = self.call("GET /v1/terminal-configuration")["configuration"]
        signed, _, signature = compact.rpartition(".")
        header, content = (json.loads(unb64(text)) for text in signed.split("."))
        Ed25519PublicKey.from_public_bytes(unb64(keys[header["kid"]])).verify(unb64(signature), signed.encode())
        assert header["typ"] == member["x-jose-header"]["typ"]
        self.check(member["contentSchema"], content)
        assert content["terminal"] == self.me["terminal_id"]
        found: Body = content
        return found

    def offline(self, card_id: str, credential: str, lines: list[Body], seconds: int = 0) -> Body:
        """A sale without a network, signed into the chain; so many seconds before now."""
        return self._chained(
            "OfflineSale",
            {"sale_id": str(uuid.uuid4()), "card_id": card_id, "credential": credential, "lines": lines},
            seconds,
        )

    def take_back(self, sale_id: str, seconds: int = 0) -> Body:
        """A sale taken back without a network."""
        content = {"reversal_id": str(uuid.uuid4()), "reverses": sale_id, "reason": "wrong_goods"}
        return self._chained("OfflineReversal", content, seconds)

    def _chained(self, schema: str, content: Body, seconds: int) -> Body:
        at = self.time_of_sales() - timedelta(seconds=seconds)
        item = content | {
            "sequence": self.sequence, "previous_hash": self.previous_hash,
            "occurred_at": at.replace(microsecond=0).isoformat(),
        }  # fmt: skip
        item["signature"] = self.sign(canonical(item))
        self.check({"$ref": f"#/components/schemas/{schema}"}, item)
        self.sequence += 1
        self.previous_hash = hashlib.sha256(canonical(item)).hexdigest()
        return item

    def explained(self, result: Body) -> str:
        """The page of a result's code, as the document lists it."""
        codes = self.document["components"]["schemas"]["SaleResult"]["x-codes"]
        known = {one["code"]: one for some in codes.values() for one in some}[result["code"]]
        assert known["type"] == result["type"]
        return str(self.call("GET /problems/{code}", code=result["code"]))
