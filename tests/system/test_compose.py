"""compose.yaml, read as text: each container has what it needs, its own keys only, and no rights."""

import importlib
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from libs.cli import secrets
from libs.files.settings import FilesSettings
from libs.runtime.settings import ServiceSettings
from tests.support.intake import CLIENTS
from tests.support.layout import COMPOSE, ENTRIES, ROOT, of_services

DATABASES = {"desk", "sla", "notifier", "reporting", "portal"}
FILES, OPENS_FILES = "hotline_files_", {"intake", "desk"}
MAY_PUBLISH = {"portal", "desk", "intake", "prometheus", "grafana", "mail"}
INSIDE_ONLY = {"nats", "postgres", "provision", "router", "sla", "reporting", "hotline", "erase"}


def given(entry: dict[str, Any]) -> dict[str, str]:
    """Secret → the name of its file in the container."""
    return {
        one if isinstance(one, str) else one["source"]: one if isinstance(one, str) else one["target"]
        for one in entry.get("secrets", [])
    }


def settings_of(service: str) -> type[ServiceSettings]:
    found: type[ServiceSettings] = importlib.import_module(f"services.{service}.settings").Settings
    return found


def _has_compose() -> bool:
    if not shutil.which("docker"):
        return False
    asked = ["docker", "compose", "version", "--short"]
    return subprocess.run(asked, capture_output=True, check=False).stdout.lstrip(b"v").startswith(b"2")


@pytest.mark.parametrize("service", of_services())
def test_a_service_is_told_every_setting_it_requires_and_none_it_does_not_know(service: str) -> None:
    entry, settings = of_services()[service], settings_of(service)
    prefix = f"hotline_{service}_"
    told = [
        name.lower()
        for name in (*entry["environment"], *given(entry).values())
        if name.lower().startswith("hotline_")
    ]
    shared = {f"{FILES}{name}" for name in FilesSettings.model_fields} if service in OPENS_FILES else set()
    assert all(name.startswith(prefix) or name in shared for name in told)
    names = {name.removeprefix(prefix) for name in told if name not in shared}
    required = {name for name, field in settings.model_fields.items() if field.is_required()}
    assert required <= names <= set(settings.model_fields)


@pytest.mark.parametrize("service", of_services())
def test_a_service_has_its_own_keys_and_no_other_s(service: str) -> None:
    held = given(of_services()[service])
    others = set(of_services()) - {service}
    assert held[f"nkey-{service}"] == "nkey"
    assert (f"database-{service}" in held) == (service in DATABASES)
    assert [name for name in held if name.split("-")[-1] in others or name == "nkey-provisioner"] == []


@pytest.mark.parametrize("service", of_services())
def test_a_file_that_a_setting_names_is_there(service: str) -> None:
    entry = of_services()[service]
    files = {
        Path(value).name for value in entry["environment"].values() if str(value).startswith("/run/secrets/")
    }
    assert files <= set(given(entry).values())


@pytest.mark.parametrize(("service", "folder"), [("intake", "channels"), ("notifier", "ways")])
def test_a_folder_that_is_mounted_whole_is_made_and_can_be_read(
    tmp_path: Path, service: str, folder: str
) -> None:
    secrets.make(tmp_path)
    assert of_services()[service]["volumes"] == [f"./.secrets/{folder}:/run/{folder}:ro"]
    assert oct((tmp_path / folder).stat().st_mode)[-3:] == "755"


def test_what_an_operator_did_not_set_is_not_set_though_compose_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for service in ("intake", "notifier", "desk"):
        told = of_services()[service]["environment"]
        unset = [name for name, value in told.items() if re.fullmatch(r"\$\{\w+:(\+.*|-)\}", str(value))]
        for name in unset:
            monkeypatch.setenv(name, "")
        required: dict[str, Any] = {
            "nkey_seed_file": tmp_path,
            "database_url": "sqlite://",
            "clients": CLIENTS,
            "secret_file": tmp_path,
        }
        settings = settings_of(service)(**required).model_dump()
        prefix = f"HOTLINE_{service.upper()}_"
        files = [name.removeprefix(prefix).lower() for name in unset if name.endswith("_FILE")]
        assert files and {settings[name] for name in files if name in settings} == {None}


def test_the_notifier_and_intake_know_letters_by_one_key() -> None:
    assert {name for name, entry in ENTRIES.items() if "mail-key" in given(entry)} == {"intake", "notifier"}


def test_only_the_two_tools_have_the_provisioner_s_key() -> None:
    assert {name for name, entry in ENTRIES.items() if "nkey-provisioner" in given(entry)} == {
        "provision",
        "hotline",
    }


def test_make_secrets_makes_every_secret_once_and_closes_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / ".secrets"
    secrets.make(folder)
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    secrets.make(folder)
    assert {file: file.read_bytes() for file in before} == before
    named = {folder / Path(one["file"]).relative_to(".secrets") for one in COMPOSE["secrets"].values()}
    assert named <= set(before)
    assert {name for entry in ENTRIES.values() for name in given(entry)} == set(COMPOSE["secrets"])
    assert oct(folder.stat().st_mode)[-3:] == oct((folder / "keys").stat().st_mode)[-3:] == "700"
    assert {oct(file.stat().st_mode)[-3:] for file in before} == {"644"}


@pytest.mark.parametrize("name", ENTRIES)
def test_a_container_has_no_rights_and_a_limit(name: str) -> None:
    entry = ENTRIES[name]
    assert entry["read_only"] is True
    assert entry["cap_drop"] == ["ALL"]
    assert entry["security_opt"] == ["no-new-privileges:true"]
    assert "mem_limit" in entry
    assert not {"privileged", "cap_add", "network_mode", "pid", "env_file"} & set(entry)


@pytest.mark.parametrize("name", ENTRIES)
def test_ports_are_published_on_the_loopback_unless_somebody_says_otherwise(name: str) -> None:
    ports = ENTRIES[name].get("ports", [])
    assert bool(ports) == (name in MAY_PUBLISH)
    assert all(port.startswith("${ADDRESS:-127.0.0.1}:") for port in ports)
    assert ENTRIES[name]["networks"] == ["backbone"] or name not in INSIDE_ONLY
    assert COMPOSE["networks"]["backbone"] == {"internal": True}


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if "build" not in entry])
def test_images_of_others_are_pinned_to_a_release(name: str) -> None:
    image = ENTRIES[name]["image"]
    assert image == "hotline/cli" or re.fullmatch(r"[\w/.-]+:v?\d+(\.\d+)*(-alpine)?", image)


@pytest.mark.parametrize("name", [name for name in ENTRIES if name not in of_services()])
def test_what_others_wait_for_can_be_asked_how_it_is(name: str) -> None:
    assert "healthcheck" in ENTRIES[name] or name in {"provision", "hotline", "erase", "grafana"}


def test_every_variable_of_compose_is_explained_in_the_example() -> None:
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    explained = set(re.findall(r"^# (\w+)=", example, re.MULTILINE))
    assert used == explained


def test_the_image_recipe_builds_without_a_registry_s_front_end_and_runs_as_nobody() -> None:
    recipe = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "# syntax=" not in recipe
    assert "<<" not in recipe
    assert set(re.findall(r"^FROM (\S+)", recipe, re.MULTILINE)) == {
        "python:3.12-slim-bookworm",
        "python",
        "base",
    }
    assert recipe.rsplit("\nUSER ", 1)[1].startswith("hotline")


@pytest.mark.docker
@pytest.mark.skipif(not _has_compose(), reason="docker compose v2 is not installed")
def test_compose_itself_takes_the_file() -> None:
    done = subprocess.run(
        ["docker", "compose", "--profile", "*", "config", "--quiet"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
