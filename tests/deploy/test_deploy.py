"""What deploy/ says is true of the code: commands, settings, ports, paths, metrics and labels; and it is hardened."""

import re
from pathlib import Path
from typing import Any

import pytest

from core.kit.settings import load_settings
from tests.deploy.parts import (
    DEPLOY,
    ROOT,
    UNITS,
    dashboard,
    grouped,
    is_command,
    measured,
    stages,
    unit,
    variables,
    yaml,
)
from tests.watch.test_metrics import DOCUMENT, documented

SERVICES = [path for path in UNITS if path.suffix == ".service"]
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectControlGroups": "yes",
    "RestrictNamespaces": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "SystemCallFilter": "@system-service",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
}


def only(section: dict[str, list[str]], key: str) -> str:
    (value,) = section[key]
    return value


# -- the image ---------------------------------------------------------------------------------------------------------


def test_the_image_is_built_from_the_lock_and_runs_as_nobody() -> None:
    build, final = stages()
    assert build.image == final.image
    assert any("--require-hashes" in run and "-r requirements.lock" in run for run in build.all("RUN"))
    assert final.all("USER")[-1] == "10001:10001"
    assert not any("pip" in run or "apt" in run for run in final.all("RUN"))
    assert final.all("COPY") == [f"--from={build.name} /opt/banli /opt/banli"]
    assert is_command(eval_list(final.all("CMD")[-1]))
    assert eval_list(final.all("ENTRYPOINT")[-1]) == ["banli"]


def eval_list(words: str) -> list[str]:
    return re.findall(r'"([^"]*)"', words)


def test_the_image_takes_what_is_there_and_all_that_the_wheel_needs() -> None:
    build, _ = stages()
    taken = {source for words in build.all("COPY") for source in words.split()[:-1]}
    assert all((ROOT / source).exists() for source in taken)
    packages = re.search(r"^packages = \[(.*)\]", (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert packages is not None
    assert {*eval_list(packages[1]), "requirements.lock", "pyproject.toml", "README.md", "LICENSE"} == taken
    let_in = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"}
    assert let_in == taken


def test_the_settings_of_the_image_are_settings_and_its_page_is_ours(tmp_path: Path) -> None:
    _, final = stages()
    given = {name: value for name, value in final.variables().items() if name.startswith("BANLI_")}
    assert set(given) <= variables()
    settings = load_settings(given, tmp_path)
    assert final.all("EXPOSE") == [str(settings.port)]
    (check,) = final.all("HEALTHCHECK")
    assert f"http://127.0.0.1:{settings.port}/livez" in check
    (volume,) = final.all("VOLUME")
    for path in (str(settings.files_dir), settings.database_url.get_secret_value()):
        assert f"{volume}/" in path


# -- compose -----------------------------------------------------------------------------------------------------------


COMPOSED = {
    "compose.yaml": {"migrate", "web", "worker", "postgres", "redis"},
    "compose.one.yaml": {"banli"},
}
OURS = [
    (name, service)
    for name in COMPOSED
    for service, said in yaml(name)["services"].items()
    if said["image"] == "banli:local"
]


@pytest.mark.parametrize("name", COMPOSED)
def test_compose_names_what_exists(name: str) -> None:
    file = yaml(name)
    services: dict[str, Any] = file["services"]
    assert set(services) == COMPOSED[name]
    for service in services.values():
        assert set(service.get("secrets", ())) <= set(file["secrets"])
        assert {each.partition(":")[0] for each in service.get("volumes", ())} <= set(file["volumes"])
        assert set(service.get("depends_on", ())) <= set(services)


@pytest.mark.parametrize(("name", "service"), OURS)
def test_compose_gives_a_process_no_more_than_it_needs(name: str, service: str) -> None:
    banli = yaml(name)["services"][service]
    assert is_command(banli["command"])
    assert (DEPLOY / banli["build"]["context"] / banli["build"]["dockerfile"]).samefile(DEPLOY / "Dockerfile")
    assert set(banli["environment"]) <= variables()
    assert banli["read_only"] is True
    assert banli["cap_drop"] == ["ALL"]
    assert banli["security_opt"] == ["no-new-privileges:true"]
    published = [each.rsplit(":", 1)[0].partition(":")[0] for each in banli.get("ports", ())]
    assert published == (["127.0.0.1"] if service in ("web", "banli") else [])
    written = {path.partition(":")[2] for path in banli["volumes"]}
    assert written == {"/data"}
    settings = composed(banli)
    assert settings["BANLI_FILES_DIR"].startswith(tuple(written))


def test_the_processes_of_compose_share_everything_and_wait_for_the_tables() -> None:
    services = yaml("compose.yaml")["services"]
    for each in ("web", "worker"):
        assert composed(services[each]) == composed(services["migrate"])
        assert services[each]["volumes"] == services["migrate"]["volumes"]
        assert services[each]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["restart"] == "no"
    assert "/metrics" in services["worker"]["healthcheck"]["test"][-1], "it serves no page that the image's check asks"
    assert "ports" not in services["redis"], "nothing from outside reaches it: it asks for no password"


def composed(service: dict[str, Any]) -> dict[str, str]:
    """What the process finds in its environment: the image's, with the service's own in their place."""
    _, final = stages()
    given = {**final.variables(), **service["environment"]}
    return {name: str(value) for name, value in given.items() if name.startswith("BANLI_")}


@pytest.mark.parametrize(("name", "service"), OURS)
def test_compose_hands_secrets_over_as_files(name: str, service: str, tmp_path: Path) -> None:
    """As the process would read them; a database of its own only where PostgreSQL is."""
    file = yaml(name)
    for secret, value in (
        ("banli_keys", "k1:AAAA"),
        ("banli_database_url", "postgresql+psycopg://banli:x@postgres/banli"),
    ):
        (tmp_path / secret).write_text(value)
    given = composed(file["services"][service])
    given = {name: value.replace("/run/secrets", str(tmp_path)) for name, value in given.items()}
    given["BANLI_PUBLIC_URL"] = "https://chat.example.com"
    settings = load_settings(given, tmp_path)
    several = "postgres" in file["services"]
    assert settings.database_url.get_secret_value().startswith(
        "postgresql+psycopg://" if several else "sqlite:////data/"
    )
    assert (settings.redis_url is not None) == several == ("redis" in file["services"])
    assert (settings.metrics.port, settings.metrics.host) == (9464, "0.0.0.0")
    assert service == "migrate" or file["services"][service]["expose"] == ["9464"]


# -- systemd -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_starts_a_command_that_exists_and_is_hardened(path: Path) -> None:
    service = unit(path)["Service"]
    program, *words = only(service, "ExecStart").split()
    assert program == "/opt/banli/.venv/bin/banli"
    assert is_command(words), words
    assert only(service, "User") == "banli"
    assert {key: only(service, key) for key in HARDENED} == HARDENED
    states = only(service, "StateDirectory").split()
    assert only(service, "WorkingDirectory") == f"/var/lib/{states[0]}"
    for word in words:
        assert not word.startswith("/") or word.startswith(tuple(f"/var/lib/{state}" for state in states))


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_gets_its_secrets_as_credentials(path: Path) -> None:
    service = unit(path)["Service"]
    credentials = {each.partition(":")[0] for each in service["LoadCredential"]}
    pairs = dict(each.split("=", 1) for each in only(service, "Environment").split())
    assert set(pairs) <= variables()
    assert {value.removeprefix("%d/") for value in pairs.values()} == credentials


def test_doors_and_workers_run_under_the_settings_of_the_one_process() -> None:
    """All the same but for what each is: a Redis to hear the others, and an own port of figures for a worker."""
    one, web, worker = (unit(DEPLOY / "systemd" / f"banli{name}.service") for name in ("", "-web", "-worker@"))
    for each in (web, worker):
        assert each["Unit"]["Conflicts"] == ["banli.service"]
        other = {key for key, value in each["Service"].items() if value != one["Service"].get(key)}
        assert other <= {"ExecStart", "LoadCredential", "Environment", "EnvironmentFile"}
    assert web["Service"]["Environment"] == worker["Service"]["Environment"]
    assert worker["Service"]["EnvironmentFile"] == ["/etc/banli/banli.env", "/etc/banli/worker-%i.env"]
    assert web["Service"]["EnvironmentFile"] == one["Service"]["EnvironmentFile"]


def test_the_timer_starts_the_backup() -> None:
    timer = unit(DEPLOY / "systemd" / "banli-backup.timer")["Timer"]
    assert (DEPLOY / "systemd" / only(timer, "Unit")) in SERVICES
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d:\d\d", only(timer, "OnCalendar"))
    assert only(timer, "Persistent") == "true"


def test_the_example_of_settings_can_be_read(tmp_path: Path) -> None:
    lines = (DEPLOY / "banli.env.example").read_text("utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(given) <= variables()
    settings = load_settings(given, tmp_path)
    assert settings.metrics.port == 9464
    assert str(settings.files_dir).startswith("/var/lib/banli/")


# -- watching ----------------------------------------------------------------------------------------------------------


def test_every_alert_asks_for_metrics_and_labels_that_exist() -> None:
    rules = [rule for group in yaml("prometheus-alerts.yaml")["groups"] for rule in group["rules"]]
    for rule in rules:
        check(rule["expr"])
        shown = re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])
        kept = grouped(rule["expr"]) or {label for name, _ in measured(rule["expr"]) for label in labels_of(name)}
        assert set(shown) <= kept, rule["alert"]
    told = re.findall(r"^\| (Banli\w+) \|", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    assert [rule["alert"] for rule in rules] == told


def test_every_panel_asks_for_metrics_and_labels_that_exist() -> None:
    board = dashboard()
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    asked = set()
    for panel in board["panels"]:
        for target in panel["targets"]:
            check(target["expr"])
            asked |= {whole(name) for name, _ in measured(target["expr"])}
    assert asked >= set(documented())  # nothing is measured that nobody sees


def check(expression: str) -> None:
    assert expression.count("(") == expression.count(")")
    found = measured(expression)
    assert found, expression
    for name, labels in found:
        if not name.startswith("process_") and name != "up":
            assert whole(name) in documented(), name
            assert labels <= labels_of(name), (name, labels)
    known = {label for name, _ in found for label in labels_of(name)}
    assert grouped(expression) <= known, expression


def whole(name: str) -> str:
    """The metric of a series: a histogram has three kinds of them."""
    base = re.sub(r"_(count|sum|bucket)$", "", name)
    return base if documented().get(base, ("",))[0] == "histogram" else name


def labels_of(name: str) -> set[str]:
    if name == "up":
        return {"job"}
    return documented()[whole(name)][1] if whole(name) in documented() else set()


def test_the_readme_says_what_was_not_run() -> None:
    text = (DEPLOY / "README.md").read_text("utf-8")
    assert "**None of this was run with an engine**" in text
    for path in re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE):
        for name in re.findall(r"`([^`]+)`", path):
            assert (DEPLOY / name).exists(), name
