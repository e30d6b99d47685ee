"""An installation for real data: begun with an earlier version by people, brought to this one, back to a moment.

It stands in a checkout of its own at an address of this machine, over TLS of an authority of its own; images are
pinned by their ids, since nothing here comes from a registry.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from psutil import net_if_addrs
from tests.compose.files import ROOT
from tests.compose.real.conftest import Installation, until
from tests.compose.real.officers import ADMINISTRATORS, CLERK, Officers, answers, newcomer, told

from devstack.engines.ports import free_ports
from devstack.terminal.caller import Refused

pytestmark = pytest.mark.compose

# The version the installation begins with: the last before the register's months, wallets by card and requests.
BEFORE = "aee95f5"
PEOPLE = [newcomer(name, number) for number, name in enumerate(ADMINISTRATORS, 1)]
MIGRATED = "SELECT max(version_num) FROM alembic_version"


def certificate(folder: Path, address: str) -> Path:
    """A folder with a certificate for the address and its key; the certificate's file."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority of the test")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().issuer_name(name).subject_name(name).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    built = built.not_valid_after(now + timedelta(days=30))
    built = built.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    chain = folder / "fullchain.pem"
    chain.write_bytes(built.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "privkey.pem").write_bytes(key.private_bytes(*form))
    for file in folder.iterdir():
        file.chmod(0o644)  # as the edge's user reads them; nobody else comes into the folder above
    return chain


def own_address() -> str:
    """An address of this machine that is not its loopback; Docker's bridge has one everywhere."""
    addresses = [one.address for found in net_if_addrs().values() for one in found if one.family == socket.AF_INET]
    return next(address for address in addresses if not ip_address(address).is_loopback)


def tracked(place: Path, *arguments: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *arguments], cwd=place, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.split("\0") if name]


class Checkout(Installation):
    """An installation in a checkout of its own, whose operator types what docs/compose.md says."""

    folder: Path

    def run(self, *command: str, seconds: float = 900, check: bool = True) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=dict(self.environment), capture_output=True, text=True, timeout=seconds,
            check=False,
        )  # fmt: skip
        if check:
            assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout + (done.stderr if not check else "")

    def make_env(self, *, check: bool = True) -> str:
        """`make env PROFILE=production`."""
        return self.run(sys.executable, "-m", "tools.production", check=check)

    def become(self, place: Path) -> None:
        """`git pull`: the files of another checkout, also those that are not committed, in place of one's own."""
        for name in tracked(self.folder):
            (self.folder / name).unlink(missing_ok=True)
        for name in tracked(place, "--cached", "--others", "--exclude-standard"):
            if (place / name).is_file():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(place / name, self.folder / name)

    def said(self, *arguments: str, given: str = "", code: int = 0) -> str:
        """What the command line says."""
        running = subprocess.run(
            [sys.executable, "-m", "devstack", *arguments], cwd=self.folder, env=dict(self.environment), input=given,
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert running.returncode == code, running.stdout + running.stderr
        return running.stdout + running.stderr

    @property
    def edge(self) -> str:
        return self.setting("UNICARD_PUBLIC_URL")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """The installation with the version of before, up; gone with its volumes afterwards."""
    folder = tmp_path_factory.mktemp("production") / "unicard"
    subprocess.run(["git", "clone", "--quiet", "--no-checkout", str(ROOT), str(folder)], check=True)
    subprocess.run(["git", "checkout", "--quiet", BEFORE], cwd=folder, check=True)
    address = own_address()
    chain = certificate(folder / "tls", address)
    unset = ("UNICARD_", "COMPOSE_")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(unset)},
        "COMPOSE_PROJECT_NAME": f"unicard-real-{uuid.uuid4().hex[:8]}",
        "SSL_CERT_FILE": str(chain),
    }
    made = Checkout(folder / ".env", folder / ".unicard" / "compose", environment)
    made.folder = folder
    said = made.make_env(check=False)
    assert "Not ready for real data" in said, said
    assert all(name in said for name in ("UNICARD_PUBLIC_URL", "UNICARD_SMS_URL")), said
    edge, prometheus, grafana = free_ports(3)
    made.change(
        UNICARD_PUBLIC_URL=f"https://{address}:{edge}",
        UNICARD_EDGE_ADDRESS=address,
        UNICARD_EDGE_PORT=str(edge),
        UNICARD_EDGE_TLS="./tls",
        UNICARD_SMS_URL="https://aggregator.invalid/messages",
        UNICARD_PROMETHEUS_PORT=str(prometheus),
        UNICARD_GRAFANA_PORT=str(grafana),
        UNICARD_TAG="before",
        COMPOSE_PROFILES="",
    )
    with made.settings_file.open("a", encoding="utf-8") as file:
        file.write("UNICARD_LOCAL_IMAGES=true\n")
    try:
        made.make_env()
        print(f"cold start of {BEFORE}: {made.up():.0f} s")  # noqa: T201 - the figure is what one runs this for
        yield made
    finally:
        made.run("docker", "compose", "--profile", "*", "down", "--volumes", "--remove-orphans", check=False)


@pytest.fixture(scope="module")
def trusted(begun: Checkout) -> Iterator[Checkout]:
    """The installation, its authority trusted by this process too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", begun.environment["SSL_CERT_FILE"])
        yield begun


@pytest.fixture(scope="module")
def officers(trusted: Checkout) -> Officers:
    links = told(trusted.said("people", "invite", given=answers(PEOPLE)))
    assert sorted(links) == sorted(ADMINISTRATORS)
    made = Officers(trusted.edge, trusted.home)
    asyncio.run(made.begin(links))
    return made


@pytest.fixture(scope="module")
def household(officers: Officers) -> str:
    """Registered with the version of before."""
    return asyncio.run(officers.register(101))


@pytest.fixture(scope="module")
def upgraded(trusted: Checkout, household: str) -> Checkout:
    """The same installation with the present version."""
    secrets = {
        file.name: file.read_text(encoding="utf-8") for file in (trusted.folder / "secrets").iterdir() if file.is_file()
    }
    migrated = trusted.sql("card", MIGRATED)
    trusted.become(ROOT)
    trusted.change(UNICARD_TAG="after")
    trusted.make_env()
    for name, value in secrets.items():
        assert (trusted.folder / "secrets" / name).read_text(encoding="utf-8") == value, name
    print(f"upgrade: {trusted.up():.0f} s")  # noqa: T201 - the figure is what one runs this for
    assert trusted.sql("card", MIGRATED) > migrated
    return trusted


def test_nothing_secret_is_to_be_seen_and_nothing_of_a_demonstration_runs(begun: Checkout) -> None:
    found = begun.containers()
    assert "sink" not in found
    secrets = [file.read_text(encoding="utf-8") for file in (begun.folder / "secrets").iterdir() if file.is_file()]
    for name, container in found.items():
        assert container["Config"]["Image"].partition(":")[0] == "sha256", name
        shown = [*container["Config"]["Env"], *(container["Config"]["Cmd"] or ()), *container["Args"]]
        assert not [value for value in secrets if len(value) > 20 and any(value in one for one in shown)], name


def test_what_was_there_goes_on_with_the_next_version(upgraded: Checkout, officers: Officers, household: str) -> None:
    shown = asyncio.run(officers.household(household))
    assert [member["role"] for member in shown["members"]] == ["head"]
    assert set(ADMINISTRATORS) | {CLERK} <= set(upgraded.said("people", "list").split())
    for service in ("supply", "health"):  # what their copies lacked was told again, all of it
        until(partial(_complete, upgraded, service), 300)


def _complete(installation: Checkout, service: str) -> bool:
    return installation.sql(service, "SELECT bool_and(complete_at IS NOT NULL) FROM read_model").strip() == "t"


def test_the_record_of_before_and_after_is_one_chain(upgraded: Checkout, tmp_path: Path) -> None:
    heads = str(tmp_path / "heads.json")
    upgraded.said("audit", "export", heads)
    said = upgraded.said("audit", "verify", "--heads", heads)
    assert said.count("the chain holds") == 6, said


def test_people_are_looked_after_from_the_host(upgraded: Checkout, officers: Officers) -> None:
    said = upgraded.said("people", "check", code=1)  # so few cannot do everything
    assert "payouts:approve" in said, said
    third = answers([newcomer("third.admin", 7)])
    assert "people_host_refused" in upgraded.said("people", "recover", given=third, code=1)
    suspend = f"UPDATE person SET status = '%s' WHERE sign_in_name = '{ADMINISTRATORS[0]}'"
    upgraded.sql("gateway", suspend % "suspended")
    links = told(upgraded.said("people", "recover", given=third))
    upgraded.sql("gateway", suspend % "active")
    assert links["third.admin"].startswith(f"{upgraded.edge}/sign-in/invitation?token=")


def test_back_to_a_moment(upgraded: Checkout, officers: Officers, household: str) -> None:
    upgraded.inside("postgres", "bash", "backup.sh")
    before = asyncio.run(officers.register(102))
    moment = _moment(upgraded)
    after = asyncio.run(officers.register(103))
    upgraded.compose("stop")
    upgraded.compose("run", "--rm", "--no-deps", "-T", "--entrypoint", "bash", "postgres", "restore.sh", moment)
    upgraded.up()
    assert asyncio.run(officers.household(household))["members"]
    assert asyncio.run(officers.household(before))["members"]
    with pytest.raises(Refused) as refused:
        asyncio.run(officers.household(after))
    assert refused.value.status == 404
    assert upgraded.said("audit", "verify").count("the chain holds") == 6
    upgraded.inside("postgres", "bash", "backup.sh")


def _moment(installation: Checkout) -> str:
    """A moment of PostgreSQL's clock with nothing of ours in the same second before or after it."""
    time.sleep(2)
    moment = installation.sql("card", "SELECT date_trunc('second', now())").strip()
    time.sleep(2)
    return moment
