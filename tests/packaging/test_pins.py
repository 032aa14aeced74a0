"""The pinned versions can be installed on every Python that is promised, from wheels alone."""

import os
import subprocess
import tomllib
from collections.abc import Collection
from importlib import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tools import pins

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = pins.promised(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"])
RUNTIME = pins.pins_of(ROOT / "requirements.txt")
EVERYTHING = sorted(
    {pin for name in ("", "-dev", "-benchmark") for pin in pins.pins_of(ROOT / f"requirements{name}.txt")}
)
# What README says besides 64-bit Linux: uv's name, and the macOS it stands for.
PLATFORMS = {
    "Linux on ARM": ("aarch64-unknown-linux-gnu", ""),
    "macOS 14 on Apple silicon": ("aarch64-apple-darwin", "14.0"),
    "Windows": ("x86_64-pc-windows-msvc", ""),
}

# What it says lacks wheels elsewhere.
LACKING = [
    ("argon2-cffi-bindings", "x86_64-apple-darwin", "15.0"),
    ("rasterio", "x86_64-apple-darwin", "14.0"),
    ("pyproj", "aarch64-apple-darwin", "13.0"),
]


@pytest.fixture(scope="module")
def registry() -> None:
    """Skip where no package registry can be asked; CI can ask one, since it installs from there."""
    try:
        pins.resolve(["soupsieve"], PYTHONS[0])
    except subprocess.CalledProcessError as failure:
        if os.environ.get("CI"):
            raise AssertionError(f"uv could not ask the package registry: {failure.stderr}") from failure
        pytest.skip(f"the package registry cannot be asked: {failure.stderr.strip()[-300:]}")


def unpinned(found: Collection[str], known: Collection[str]) -> set[str]:
    return {pin.lower().replace("_", "-") for pin in found} - {pin.lower().replace("_", "-") for pin in known}


def test_the_first_release_of_every_promised_python_counts() -> None:
    assert pins.promised(">=3.11,<3.15") == ["3.11.0", "3.12.0", "3.13.0", "3.14.0"]
    assert PYTHONS[0] == "3.11.0", "Debian 12 has 3.11.2"


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("python", PYTHONS)
def test_all_pins_can_be_installed_and_are_complete(python: str) -> None:
    assert not unpinned(pins.resolve(EVERYTHING, python), EVERYTHING)


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("python", [PYTHONS[0], PYTHONS[-1]])
@pytest.mark.parametrize("name", PLATFORMS)
def test_the_dashboard_can_be_installed_where_the_readme_says(
    name: str, python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, macos = PLATFORMS[name]
    if macos:
        monkeypatch.setenv("MACOSX_DEPLOYMENT_TARGET", macos)
    assert pins.resolve(RUNTIME, python, platform=platform)


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize(("package", "platform", "macos"), LACKING)
def test_what_the_readme_says_of_other_macs_is_true(
    package: str, platform: str, macos: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pin,) = (pin for pin in RUNTIME if pin.startswith(f"{package}=="))
    assert pin.replace("==", " ") in " ".join((ROOT / "README.md").read_text().split())
    monkeypatch.setenv("MACOSX_DEPLOYMENT_TARGET", macos)
    with pytest.raises(pins.DoesNotFit, match="has no usable wheels"):
        pins.resolve([pin], "3.12.0", platform=platform)


@pytest.mark.parametrize("python", PYTHONS)
def test_what_is_installed_accepts_every_promised_python(python: str) -> None:
    """The same from the packages' own metadata, where there is no registry to ask."""
    refused = {}
    for name, version in (pin.split("==") for pin in EVERYTHING):
        try:
            installed = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        accepted = dict.fromkeys(installed.get_all("Requires-Python") or [])
        if installed["Version"] == version and python not in SpecifierSet(",".join(accepted)):
            refused[name] = list(accepted)
    assert not refused


def test_the_lowest_python_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is chosen for it binds the later ones; what only they need is added."""
    asked: list[tuple[str, set[str]]] = []

    def resolve(
        wanted: Collection[str], python: str, *, constraints: Collection[str], **_: object
    ) -> set[str]:
        asked.append((python, set(constraints)))
        return {"soupsieve==2.10"} | ({"backport==1"} if python == "3.12.0" else set())

    monkeypatch.setattr(pins, "resolve", resolve)
    chosen = pins.choose(["soupsieve"], ["3.11.0", "3.12.0"], constraints={"numpy==2.4.6"})
    assert chosen == {"soupsieve==2.10", "backport==1"}
    assert asked == [("3.11.0", {"numpy==2.4.6"}), ("3.12.0", {"numpy==2.4.6", "soupsieve==2.10"})]


@pytest.mark.usefixtures("registry")
def test_a_version_that_the_lowest_python_cannot_have_is_not_kept() -> None:
    """soupsieve 4.1.2 wants Python 3.11.5: `make dashboard` failed with the 3.11.2 of Debian 12."""
    with pytest.raises(pins.DoesNotFit, match=r"3\.11\.5"):
        pins.resolve(["soupsieve==4.1.2"], "3.11.0")
    assert pins.resolve(["soupsieve==4.1.2"], "3.12.0") == {"soupsieve==4.1.2"}


def test_anything_but_a_plain_pin_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("--requirement other.txt\n# a remark\nnumpy==2.4.6\nscipy>=1\n")
    with pytest.raises(SystemExit, match="scipy>=1"):
        pins.pins_of(file)
