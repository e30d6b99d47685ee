"""The compose file keeps its promises. Whether they hold when it runs, `make test-compose` tries."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.compose.files import EXAMPLE, ROOT, SCRAPES, VARIABLE, alerts, compose, jobs, metrics, panels, services
from tools.make_env import maker, settings

from broker_access.__main__ import password_name
from devstack.containers import KAFKA_IMAGE, POSTGRES_IMAGE
from devstack.stack.programs import FRONTS, SERVICES, Front

# Every service of the workspace, by name: its package.
OWN = {
    "gateway": "api_gateway",
    **{main.parent.name.removesuffix("_service"): main.parent.name for main in ROOT.glob("*-service/src/*/main.py")},
}


def fields(name: str) -> dict[str, Any]:
    """What a service can be told."""
    package = (OWN | PAGES)[name]
    found: dict[str, Any] = importlib.import_module(f"{package}.settings").Settings.model_fields
    return found


def work(name: str) -> str:
    """What a service's background process is called."""
    return f"{name}-work"


TLS = "?sslmode=verify-full&sslrootcert=/certificates/ca.pem"
# Pages for people, which have no broker and seldom a database: their packages.
PAGES = {front.name: front.package for front in FRONTS}
ENGINES = {"postgres", "kafka", "kafka-access", "edge", "prometheus", "grafana"}


def test_every_service_is_there_with_its_database_its_port_and_its_probe() -> None:
    assert set(services()) - set(jobs()) == {*OWN, *map(work, OWN), *PAGES, *ENGINES, "sink"}
    assert {program.name for program in SERVICES} <= set(OWN)
    for name, package in OWN.items():
        service, port = services()[name], fields(name)["port"].default
        environment = service["environment"]
        password = f"{name.upper()}_DATABASE_PASSWORD"
        address = f"postgresql://unicard_{name}:${{{password}:?run make env}}@postgres:5432/unicard_{name}{TLS}"
        assert environment["UNICARD_DATABASE_URL"] == address
        owner = f"postgresql://unicard_{name}_owner:${{{name.upper()}_DATABASE_OWNER_PASSWORD:?run make env}}@"
        assert jobs()[f"migrate-{name}"]["environment"] == {
            "UNICARD_OWNER_URL": f"{owner}postgres:5432/unicard_{name}{TLS}",
            "UNICARD_SERVICE_ROLE": f"unicard_{name}",
        }
        assert jobs()[f"migrate-{name}"]["command"][-1] == package
        assert environment["UNICARD_PORT"] == port
        assert service["healthcheck"]["test"] == ["CMD", "/app/probe.sh", str(port), "/readyz"]
        assert service["build"]["args"]["PACKAGE"] == package
        assert (ROOT / service["build"]["args"]["MEMBER"] / "src" / package).is_dir()
        assert {password, f"{name.upper()}_DATABASE_OWNER_PASSWORD"} <= set(jobs()["databases"]["environment"])
        assert environment["UNICARD_KAFKA_USER"] == name
        assert environment["UNICARD_KAFKA_PASSWORD"] == f"${{{password_name(name)}:?run make env}}"
        assert password_name(name) in services()["kafka-access"]["environment"]
    keeping = [front.name for front in FRONTS if front.keeps]
    assert sorted(jobs()["databases"]["command"]) == sorted([*OWN, *keeping])


@pytest.mark.parametrize("front", FRONTS, ids=[front.name for front in FRONTS])
def test_pages_are_there_with_their_port_and_their_probe_and_reach_no_data_but_their_own(front: Front) -> None:
    name = front.name
    service, port = services()[name], fields(name)["port"].default
    assert service["environment"]["UNICARD_PORT"] == port
    assert service["healthcheck"]["test"] == ["CMD", "/app/probe.sh", str(port), "/readyz"]
    assert service["build"]["args"]["PACKAGE"] == PAGES[name]
    assert service["command"][-1] == PAGES[name]
    assert set(service["networks"]) == {"inner", "watch"} | ({"data"} if front.keeps else set())
    assert not [variable for variable in service["environment"] if "KAFKA" in variable]
    assert set(service.get("depends_on", ())) == ({f"migrate-{name}"} if front.keeps else set())
    assert ("UNICARD_DATABASE_URL" in service["environment"]) == front.keeps
    if front.keeps:
        password, owner_password = (f"{name.upper()}_DATABASE_{kind}PASSWORD" for kind in ("", "OWNER_"))
        place = f"postgres:5432/{front.database}{TLS}"
        address = f"postgresql://{front.database}:${{{password}:?run make env}}@{place}"
        assert service["environment"]["UNICARD_DATABASE_URL"] == address
        assert jobs()[f"migrate-{name}"]["environment"] == {
            "UNICARD_OWNER_URL": f"postgresql://{front.owner}:${{{owner_password}:?run make env}}@{place}",
            "UNICARD_SERVICE_ROLE": front.database,
        }
        assert jobs()[f"migrate-{name}"]["command"][-1] == front.package
        assert {password, owner_password} <= set(jobs()["databases"]["environment"])


def test_every_service_has_a_background_process_that_differs_in_role_budget_and_key() -> None:
    own = {"UNICARD_POOL_SIZE", "UNICARD_HOT_POOL_SIZE", "UNICARD_ROLE", "UNICARD_RECORD_CHAIN_KEY"}
    for name in OWN:
        api, background = services()[name], services()[work(name)]
        port = api["environment"]["UNICARD_PORT"]
        assert background["image"] == api["image"]
        assert (api["environment"]["UNICARD_ROLE"], background["environment"]["UNICARD_ROLE"]) == ("api", "work")
        assert api["environment"]["UNICARD_RELAY_ADDRESS"] == f"{work(name)}:{port}"
        told = {one: value for one, value in background["environment"].items() if one not in own}
        assert told.items() <= api["environment"].items()
        # whoever answers requests cannot chain the record of them
        assert "UNICARD_RECORD_CHAIN_KEY" in background["environment"]
        assert "UNICARD_RECORD_CHAIN_KEY" not in api["environment"]
        # alive, not ready: a broker that is away makes no container unhealthy
        assert background["healthcheck"]["test"] == ["CMD", "/app/probe.sh", str(port), "/livez"]
        assert {"data", "watch"} <= set(api["networks"]) & set(background["networks"])
    waited_for = (ROOT / "deploy" / "up.sh").read_text(encoding="utf-8")
    assert f"for name in {' '.join(program.name for program in SERVICES)}; do" in waited_for


@pytest.mark.parametrize("name", [*OWN, *PAGES])
def test_a_service_is_told_what_it_reads_and_all_it_needs(name: str) -> None:
    """A misspelt variable would be ignored in silence."""
    told = {given.removeprefix("UNICARD_").lower() for given in services()[name]["environment"]}
    assert told <= set(fields(name))
    assert {field for field, info in fields(name).items() if info.is_required()} <= told
    # what another one is found by is the loopback unless told
    assert {field for field, info in fields(name).items() if "://127.0.0.1" in str(info.default)} <= told
    own = {one.name: one.secrets for one in SERVICES} | {one.name: one.secrets for one in FRONTS}
    secrets = own.get(name, ())
    assert {secret.removeprefix("UNICARD_").lower() for secret in secrets} <= told


def test_postgresql_is_spoken_to_by_tls_only() -> None:
    """Its certificate is that of its name, by an authority everybody who connects looks at, and the key is its own."""
    command = services()["postgres"]["command"]
    assert {"-cssl=on", "-cssl_cert_file=/certificates/postgres.pem", "-chba_file=/etc/unicard/pg_hba.conf"} <= set(
        command
    )
    rules = [
        line.split()
        for line in (ROOT / "deploy" / "postgres" / "pg_hba.conf").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert [rule for rule in rules if rule[0] != "local"] == [
        ["hostssl", "all", "all", "all", "scram-sha-256"],
        ["hostnossl", "all", "all", "all", "reject"],
    ]
    for name, service in services().items():
        given = service.get("environment", {})
        addresses = [value for value in given.values() if "@postgres:" in str(value)]
        assert all(address.endswith(TLS) for address in addresses), name
        if addresses or "PGHOST" in given:
            assert "certificates:/certificates:ro" in service["volumes"], name
    given = jobs()["databases"]["environment"]
    assert (given["PGSSLMODE"], given["PGSSLROOTCERT"]) == ("verify-full", "/certificates/ca.pem")
    writers = {name for name, each in services().items() if "certificates:/certificates" in each.get("volumes", ())}
    assert writers == {"certificates", "storage"}
    assert jobs()["certificates"]["command"][-1] == "postgres"


def test_nobody_is_told_what_is_anothers() -> None:
    for name, service in services().items():
        used = {match["name"] for match in VARIABLE.finditer(yaml.safe_dump(service.get("environment", {})))}
        own = name.removeprefix("migrate-").removesuffix("-work").upper()
        for kind, keeper in (("_DATABASE_PASSWORD", "databases"), ("_KAFKA_PASSWORD", "kafka-access")):
            passwords = {variable for variable in used if variable.endswith(kind)}
            assert passwords <= {own + kind} or name == keeper
        owners = {variable for variable in used if variable.endswith("_DATABASE_OWNER_PASSWORD")}
        if not name.startswith("migrate-") and name != "databases":
            assert not owners, f"{name} could change its own tables"
        assert "POSTGRES_PASSWORD" not in used or name in {"postgres", "databases"}
        assert "KAFKA_BROKER_PASSWORD" not in used or name in {"kafka", "kafka-access"}


def test_no_secret_stands_in_the_files() -> None:
    for name, value in settings(EXAMPLE.read_text(encoding="utf-8")).items():
        assert not (maker(name) and value), f"{name} has a value in .env.example"
    for name, service in services().items():
        for variable, value in service.get("environment", {}).items():
            hidden = bool(maker(variable)) or ("://" in str(value) and "@" in str(value))
            assert not hidden or VARIABLE.search(str(value)), f"{name}: {variable}"


def test_every_variable_is_explained_and_every_secret_one_is_required() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    used = {match["name"]: match["kind"] for match in VARIABLE.finditer(text)}
    explained = settings(EXAMPLE.read_text(encoding="utf-8"))
    assert set(used) == set(explained) - {"COMPOSE_PROFILES"}
    # without the bootstrap secret there is no bootstrap client, which is what operators want in the end
    # where messages leave by the aggregator alone, no SMSC asks for a password
    unneeded = {"UNICARD_BOOTSTRAP_CLIENT_SECRET", "UNICARD_SMPP_PASSWORDS"}
    assert all(used[name] == ":?" for name in used if maker(name) and name not in unneeded)
    for match in VARIABLE.finditer(text):
        if match["kind"] == ":-":
            # a folder that is not given is mounted as an empty volume
            otherwise = {"UNICARD_TRAINING_CLOCK", "UNICARD_EDGE_TLS"}
            assert explained[match["name"]] == match["rest"] or match["name"] in otherwise


def test_only_the_edge_can_be_reached_from_outside() -> None:
    for name, service in services().items():
        for port in service.get("ports", ()):
            assert name == "edge" or str(port).startswith("127.0.0.1:"), f"{name} listens to the outside"
    open_networks = {name for name, network in compose()["networks"].items() if not (network or {}).get("internal")}
    assert open_networks == {"front", "outward", "desk"}
    on: dict[str, set[str]] = {}
    for name, service in services().items():
        for network in service.get("networks", ()):
            on.setdefault(network, set()).add(name)
    assert on["front"] == {"edge"}
    assert on["outward"] == {"notify", "notify-work"}, "the workers, and whoever sends codes at once"
    assert on["broker"] == {"kafka", "kafka-access"}
    assert on["desk"] == {"prometheus", "grafana", "sink"}
    assert not on["data"] & {"edge", "prometheus", "grafana", "sink", "clients"}


def test_nobody_is_root_and_nothing_is_written_but_volumes() -> None:
    for name, service in services().items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service
        # Kafka's image names its own user; a job makes a folder and gives it away.
        if name == "storage":
            assert (service["cap_add"], service["network_mode"]) == (["CHOWN"], "none")
        else:
            assert "cap_add" not in service
            assert name == "kafka" or str(service["user"]).split(":")[0] not in {"root", "0"}, name


def test_everything_has_a_limit_a_probe_and_time_to_stop() -> None:
    for name, service in services().items():
        limits = service["deploy"]["resources"]["limits"]
        assert {"cpus", "memory", "pids"} <= set(limits), name
        assert service["logging"]["options"]["max-size"], name
        if name not in jobs():
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name
            assert int(service["stop_grace_period"].removesuffix("s")) >= 30, name


def test_who_waits_for_whom() -> None:
    """Jobs are waited for to their end, everybody else until well; and no service waits for another."""
    for name, service in services().items():
        for other, how in service.get("depends_on", {}).items():
            done = "service_completed_successfully" if other in jobs() else "service_healthy"
            assert how["condition"] == done, f"{name} waits for {other}"
    assert set(services()["edge"]["depends_on"]) == set(OWN)
    for name in OWN:
        for process in (name, work(name)):
            assert set(services()[process]["depends_on"]) == {f"migrate-{name}", "kafka-access"}


def test_images_are_pinned_and_official() -> None:
    for name, service in services().items():
        repository, _, tag = str(service["image"]).partition(":")
        if repository.startswith("unicard/"):
            assert tag == "${UNICARD_TAG:-local}"
            assert "build" in service or service["pull_policy"] == "never", name
        else:
            assert re.search(r"\d", tag), f"{name}: {service['image']}"
            assert repository in {"postgres", "apache/kafka", "prom/prometheus", "grafana/grafana"}
    assert services()["postgres"]["image"] == POSTGRES_IMAGE
    assert services()["kafka"]["image"] == KAFKA_IMAGE


def test_images_are_built_of_what_the_recipe_may_read() -> None:
    """On a clean clone there is nothing but what git holds: whatever a target copies is in it, and is let in."""
    recipe = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^FROM \S+ AS (\w+)$", recipe, re.MULTILINE))
    assert {service["build"]["target"] for service in services().values() if "build" in service} <= targets
    tracked = set(
        subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    )
    let_in = [
        line.removeprefix("!")
        for line in (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    ]
    for copied in re.findall(r"^COPY (?!--from)(?:--\S+ )?(.+)$", recipe, re.MULTILINE):
        for source in copied.replace("${MEMBER}", "gateway").split()[:-1]:
            assert any(path == source or path.startswith(f"{source}/") for path in tracked), source
            assert any(fnmatch(source, one) or one.startswith(f"{source}/") for one in let_in), source


def test_images_hold_every_library_of_ours_that_a_service_needs() -> None:
    recipe = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    path = re.search(r"^\s*PYTHONPATH=(\S+)", recipe, re.MULTILINE)
    assert path is not None
    copied = dict(re.findall(r"^COPY libs/(\w+)/src (/app/\w+)$", recipe, re.MULTILINE))
    assert set(copied.values()) <= set(path[1].split(":"))
    open_ends, needed = [ROOT / "gateway", *ROOT.glob("*-service")], set[str]()
    while open_ends:  # what they need needs others
        text = (open_ends.pop() / "pyproject.toml").read_text(encoding="utf-8")
        new = set(re.findall(r'^ +"unicard-(\w+)"', text, re.MULTILINE)) - needed
        needed |= new
        open_ends += [ROOT / "libs" / name for name in new]
    assert needed == set(copied)


def test_volumes_are_declared_and_files_exist() -> None:
    declared = set(compose()["volumes"])
    named = set()
    for service in services().values():
        for volume in service.get("volumes", ()):
            # a variable's usual value may hold no colon here, its default marker does
            source = VARIABLE.sub(lambda match: match["rest"] or "", volume).split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), source
            else:
                named.add(source)
    assert named == declared
    for name, job in jobs().items():  # a volume without a name would be left behind by every start
        assert job["image"] != POSTGRES_IMAGE or any("lib/postgresql:" in each for each in job["tmpfs"]), name


def test_prometheus_reads_every_service_and_the_edge() -> None:
    scrapes = {
        scrape["job_name"]: scrape for scrape in yaml.safe_load(SCRAPES.read_text(encoding="utf-8"))["scrape_configs"]
    }
    assert set(scrapes) == {*OWN, *PAGES, "edge", "prometheus"}
    for name in OWN:
        assert scrapes[name]["dns_sd_configs"][0] | {"refresh_interval": None} == {
            "names": [name, work(name)],
            "type": "A",
            "port": fields(name)["port"].default,
            "refresh_interval": None,
        }
        assert "watch" in services()[name]["networks"]


def test_panels_and_alerts_read_something() -> None:
    read: list[tuple[str, str]] = [*panels(), *alerts()]
    assert len(read) > 30
    assert all(metrics(expression) for _, expression in read)


def test_the_edge_listens_and_forwards_as_its_settings_say(tmp_path: Path) -> None:
    given = settings((ROOT / "deploy" / "edge.env").read_text(encoding="utf-8"))
    assert {name.removeprefix("UNICARD_EDGE_").lower() for name in given} >= {*OWN, *PAGES}
    output = tmp_path / "envoy.yaml"
    command = [sys.executable, "-m", "api_gateway.edge", "--output", str(output)]
    subprocess.run(command, env={"PATH": os.defpath, **given}, check=True, timeout=60)
    written = yaml.safe_load(output.read_text(encoding="utf-8"))["static_resources"]
    listening = [each["address"]["socket_address"]["port_value"] for each in written["listeners"]]
    assert listening == [int(given["UNICARD_EDGE_PORT"]), int(given["UNICARD_EDGE_STATS_PORT"])]
    for name in (*OWN, *PAGES):
        (cluster,) = (each for each in written["clusters"] if each["name"] == name)
        (replica,) = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"]
        address = replica["endpoint"]["address"]["socket_address"]
        assert f"{address['address']}:{address['port_value']}" == given[f"UNICARD_EDGE_{name.upper()}"]


@pytest.mark.parametrize(
    ("address", "certificate", "said", "starts"),
    [
        ("127.0.0.1", False, "", True),
        ("0.0.0.0", False, "", False),  # noqa: S104
        ("10.1.2.3", False, "yes", False),
        ("10.1.2.3", False, "true", True),
        ("10.1.2.3", True, "", True),
    ],
)
def test_the_edge_starts_beyond_the_loopback_with_tls_or_an_express_word(
    address: str, certificate: bool, said: str, starts: bool, tmp_path: Path
) -> None:
    """The very script of the image, with a program in Envoy's place that ends at once."""
    (tmp_path / "envoy").write_text("#!/bin/sh\n")
    (tmp_path / "envoy").chmod(0o755)
    configuration = tmp_path / "envoy.yaml"
    configuration.write_text("DownstreamTlsContext" if certificate else "static_resources")
    environment = {
        "PATH": f"{tmp_path}:{os.defpath}:{os.environ['PATH']}",
        "UNICARD_EDGE_ADDRESS": address,
        "UNICARD_EDGE_TLS_ENDS_BEFORE": said,
        "UNICARD_EDGE_CONFIGURATION": str(configuration),
    }
    done = subprocess.run(
        ["bash", str(ROOT / "deploy" / "edge.sh")], env=environment, capture_output=True, text=True, timeout=30
    )
    assert (done.returncode == 0) == starts, done.stderr
    assert starts or "TLS" in done.stderr


def test_shell_scripts_are_well_formed() -> None:
    scripts = sorted((ROOT / "deploy").rglob("*.sh"))
    assert scripts
    for script in scripts:
        shell = script.read_text(encoding="utf-8").splitlines()[0].removeprefix("#!")
        done = subprocess.run([Path(shell).name, "-n", str(script)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_the_health_probe_asks_the_port_it_is_told(tmp_path: Path) -> None:
    """The very script of the images, against a real server."""
    server = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == '/readyz' else 503)
        self.end_headers()
    def log_message(self, *_): pass
with http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler) as server:
    print(server.server_port, flush=True)
    server.serve_forever()
"""
    with subprocess.Popen([sys.executable, "-c", server], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        try:
            assert _probe(port, "/readyz") == 0
            assert _probe(port, "/elsewhere") == 1
        finally:
            process.terminate()
    assert _probe(port, "/readyz") == 1


def _probe(port: str, path: str) -> int:
    script = ROOT / "deploy" / "probe.sh"
    done: subprocess.CompletedProcess[Any] = subprocess.run(
        ["bash", str(script), port, path], capture_output=True, check=False, timeout=10
    )
    return done.returncode
