"""The containers, held against the code that they run: no engine runs here, so nothing else would notice a drift."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from storyengine.showrun.processes import commands
from tests.docker.dockerfile import Dockerfile
from tests.test_architecture import ROOT, settings_read

DOCKER = ROOT / "docker"
OURS = {"web": "web", "worker": "worker", "stage_manager": "stage_manager", "writer": "writer", "migrate": "web"}
PROCESSES = commands(bind="0.0.0.0", port=8000)  # noqa: S104 - inside a container, behind the proxy
REQUIRED = {
    "DATABASE_URL",
    "REDIS_URL",
    "STORYENGINE_ALLOWED_HOSTS",
    "STORYENGINE_BEHIND_PROXY",
    "STORYENGINE_PUBLIC_URL",
    "STORYENGINE_SECRET_KEY",
}
BAKED = {"STORYENGINE_STATIC_ROOT", "STORYENGINE_VAR"}  # by the Dockerfile's ENV
NOT_IN_PRODUCTION = {"STORYENGINE_DEBUG"}
LIBRARIES = {"writer": {"CUDA_VISIBLE_DEVICES", "HF_TOKEN"}}  # read by torch and by the hub's client
SECRET = re.compile(r"PASSWORD|SECRET|KEY")
SUBSTITUTION = re.compile(r"\$\{(?P<name>\w+)(?:(?P<rule>:[-?])(?P<rest>[^}]*))?\}")


def raw_compose() -> str:
    return (DOCKER / "compose.yaml").read_text()


def compose() -> dict[str, Any]:
    loaded = yaml.safe_load(raw_compose())
    assert isinstance(loaded, dict)
    return loaded


def substituted(text: str, given: dict[str, str]) -> str:
    """What Compose makes of `${NAME:?why}` and `${NAME:-default}`."""

    def value(match: re.Match[str]) -> str:
        found = given.get(match["name"], "")
        assert found or match["rule"] != ":?", f"{match['name']}: {match['rest']}"
        return found or (match["rest"] if match["rule"] == ":-" else "")

    return SUBSTITUTION.sub(value, text)


def settings_of_the_code() -> set[str]:
    read = settings_read((ROOT / "storyengine/settings.py").read_text())
    return read | settings_read((ROOT / "storyengine/embedded.py").read_text())


def dockerfile() -> Dockerfile:
    return Dockerfile((DOCKER / "Dockerfile").read_text())


@pytest.mark.parametrize("service", OURS)
def test_service_sets_only_what_the_code_reads(service: str) -> None:
    given = set(compose()["services"][service]["environment"])
    assert sorted(given - settings_of_the_code() - LIBRARIES.get(service, set())) == []
    assert sorted(REQUIRED - given) == []


@pytest.mark.parametrize("service", OURS)
def test_service_lets_every_setting_be_set(service: str) -> None:
    given = set(compose()["services"][service]["environment"]) | BAKED | NOT_IN_PRODUCTION
    assert sorted(settings_of_the_code() - given) == []
    assert set(dockerfile().environment(OURS[service])) >= BAKED


def test_settings_start_with_what_web_is_given(tmp_path: Path) -> None:
    """The real settings.py under exactly web's environment: behind TLS, with its services, hosts and no debugging."""
    answers = {"STORYENGINE_HOST": "show.example", "STORYENGINE_SECRET_KEY": "k" * 40}
    answers |= {"POSTGRES_PASSWORD": "pg", "REDIS_PASSWORD": "rd"}
    web = compose()["services"]["web"]["environment"]
    environment = {name: substituted(str(value), answers) for name, value in web.items()}
    environment |= {"PATH": os.environ["PATH"], "STORYENGINE_STATIC_ROOT": str(tmp_path / "static")}
    environment |= {"STORYENGINE_VAR": str(tmp_path / "var"), "PYTHONDONTWRITEBYTECODE": "1"}
    script = (
        "from storyengine import settings as s\n"
        "d = s.DATABASES['default']\n"
        "print(s.SECURE, s.DEBUG, s.PUBLIC_URL, s.ALLOWED_HOSTS, s.SECURE_PROXY_SSL_HEADER[0], s.REDIS_URL)\n"
        "print(d['HOST'], d['PORT'], d['USER'], d['PASSWORD'], d['NAME'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "True False https://show.example ['127.0.0.1', 'show.example'] HTTP_X_FORWARDED_PROTO redis://:rd@redis:6379/0",
        "postgres 5432 storyengine pg storyengine",
    ]
    assert not (tmp_path / "var").exists()  # a read-only container has nowhere to keep a key of its own


@pytest.mark.parametrize("process", PROCESSES)
def test_target_runs_the_process_as_the_code_does(process: str) -> None:
    assert dockerfile().command(process) == ["python", *PROCESSES[process][1:]]
    service = compose()["services"][process]
    assert "command" not in service
    assert "entrypoint" not in service


@pytest.mark.parametrize(("service", "target"), OURS.items())
def test_service_is_built_from_its_target(service: str, target: str) -> None:
    assert compose()["services"][service]["build"] == {
        "context": "..",
        "dockerfile": "docker/Dockerfile",
        "target": target,
    }
    assert target in dockerfile().stages


@pytest.mark.parametrize("process", PROCESSES)
def test_target_is_unprivileged_and_asks_its_health(process: str) -> None:
    instructions = dict(dockerfile().chain(process))
    assert instructions["USER"] == "storyengine"
    assert instructions["HEALTHCHECK"].endswith(f'CMD ["python", "docker/health.py", "{process}"]')
    service = compose()["services"][process]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_only_the_proxy_is_published() -> None:
    services, networks = compose()["services"], compose()["networks"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    ways_out = {name for name, network in networks.items() if not network.get("internal")}
    reach = {name: sorted(ways_out & set(service["networks"])) for name, service in services.items()}
    assert {name: found for name, found in reach.items() if found} == {"proxy": ["street"], "writer": ["hub"]}
    beside_the_proxy = [name for name, service in services.items() if "door" in service["networks"]]
    assert beside_the_proxy == ["proxy", "web"]


def test_nothing_starts_before_the_tables_are_there() -> None:
    services = compose()["services"]
    for name in PROCESSES:
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["command"] == ["python", "manage.py", "migrate", "--noinput"]
    assert services["migrate"]["restart"] == "no"


def test_only_the_writer_reserves_a_gpu() -> None:
    reserving = [name for name, service in compose()["services"].items() if "deploy" in service]
    assert reserving == ["writer"]
    devices = compose()["services"]["writer"]["deploy"]["resources"]["reservations"]["devices"]
    assert devices == [{"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}]


def test_every_named_volume_and_network_is_declared() -> None:
    services = compose()["services"].values()
    volumes = {volume.split(":")[0] for service in services for volume in service.get("volumes", [])}
    assert {name for name in volumes if not name.startswith(".")} == set(compose()["volumes"])
    assert {name for service in services for name in service["networks"]} == set(compose()["networks"])


def test_example_explains_exactly_what_compose_asks_for() -> None:
    example = (DOCKER / ".env.example").read_text()
    asked = {match["name"]: match["rule"] for match in SUBSTITUTION.finditer(raw_compose())}
    needed = re.findall(r"^([A-Z0-9_]+)=", example, re.MULTILINE)
    optional = re.findall(r"^#([A-Z0-9_]+)=", example, re.MULTILINE)
    assert sorted(needed) == sorted(name for name, rule in asked.items() if rule == ":?")
    assert sorted(optional) == sorted(name for name, rule in asked.items() if rule == ":-")
    for name in needed + optional:
        assert re.search(rf"^# .+\n(# .+\n)*#?{name}=$", example, re.MULTILINE), f"{name}: explain it, set nothing"


def test_no_secret_has_a_default() -> None:
    found = [match.groupdict() for match in SUBSTITUTION.finditer(raw_compose()) if SECRET.search(match["name"])]
    needed = {match["name"] for match in found if match["rule"] == ":?"}
    assert needed == {"STORYENGINE_SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    # Not every model's server asks for a key; where none is given there is none.
    rest = {match["name"]: match["rest"] for match in found if match["name"] not in needed}
    assert rest == {"STORYENGINE_WRITER_API_KEY": ""}
    for service in compose()["services"].values():
        secrets = {name: value for name, value in service.get("environment", {}).items() if SECRET.search(name)}
        assert [name for name, value in secrets.items() if not SUBSTITUTION.fullmatch(str(value))] == []


def test_proxy_is_given_what_its_caddyfile_asks_for() -> None:
    caddyfile = (DOCKER / "Caddyfile").read_text()
    assert set(re.findall(r"\{\$(\w+)\}", caddyfile)) == set(compose()["services"]["proxy"]["environment"])
    assert re.search(r"name web\s+port 8000", caddyfile)
    assert dict(dockerfile().chain("web"))["EXPOSE"] == "8000"


def test_code_that_an_image_needs_is_let_through_dockerignore() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_through = {line[1:] for line in lines if line.startswith("!")}
    assert lines[1] == "*"
    assert let_through >= {"audience", "storyengine", "templates", "locale", "manage.py", "docker/health.py"}
    assert let_through >= {word for word in shlex.split(dockerfile().copied("dependencies")) if "." in word[1:]}
