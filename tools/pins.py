"""Write the pin files: one tested version for every package that pyproject.toml brings in.

``python -m tools.pins`` asks uv for versions that have wheels and fit the lowest promised Python; what it
chooses there binds every later Python, so the files hold for all of them. Versions that are pinned already
stay unless they do not fit; ``--upgrade`` takes the newest ones. Nothing is installed.
"""

import argparse
import re
import subprocess
import tempfile
import tomllib
from collections.abc import Collection
from pathlib import Path

from packaging.specifiers import SpecifierSet
from uv import find_uv_bin

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = "requirements.txt"
ADDED = {
    "test": "requirements-dev.txt",
    "benchmark": "requirements-benchmark.txt",
    "docs": "requirements-docs.txt",
}
"""Optional groups in the order they are pinned, and the file with what each one adds."""
HEADER = "# Written by `make pins` from pyproject.toml; do not edit.\n"
PLATFORM = "x86_64-unknown-linux-gnu"
"""uv's name of the system that versions are chosen for: 64-bit Linux with glibc 2.28 or later."""
_PIN = re.compile(r"[\w.-]+==[\w.!+-]+")


class DoesNotFit(Exception):
    """No set of versions satisfies the request; says why in uv's words."""


def main() -> None:
    """Choose versions and write the pin files."""
    parser = argparse.ArgumentParser(prog="python -m tools.pins", description="Write the pin files.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    upgrade = parser.parse_args().upgrade

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pythons = promised(project["requires-python"])
    files = [RUNTIME, *ADDED.values()]
    preferred = set() if upgrade else {pin for name in files for pin in pins_of(ROOT / name)}

    known = choose(project["dependencies"], pythons, preferred=preferred)
    write(RUNTIME, "", known)
    for group, name in ADDED.items():
        wanted = [*project["dependencies"], *project["optional-dependencies"][group]]
        added = choose(wanted, pythons, constraints=known, preferred=preferred) - known
        write(name, f"--requirement {RUNTIME}\n", added)
        known |= added


def promised(requires_python: str) -> list[str]:
    """List the first release of every Python 3 that a project promises to run on.

    Parameters
    ----------
    requires_python
        As in pyproject.toml, e.g. ``">=3.11,<3.15"``.

    Returns
    -------
    list of str
        Lowest first, e.g. ``["3.11.0", "3.12.0", "3.13.0", "3.14.0"]``.
    """
    specifier = SpecifierSet(requires_python)
    return [version for minor in range(100) if specifier.contains(version := f"3.{minor}.0")]


def choose(
    wanted: list[str],
    pythons: list[str],
    *,
    constraints: Collection[str] = (),
    preferred: Collection[str] = (),
) -> set[str]:
    """Choose one version a package that fits every Python.

    Parameters
    ----------
    wanted
        Requirements.
    pythons
        Versions of Python, lowest first: its choice binds the later ones, which may add packages.
    constraints, preferred
        Pins that must be kept, and pins that are kept if they fit.

    Returns
    -------
    set of str
        Pins ``name==version``, with everything that the wanted packages need.

    Raises
    ------
    DoesNotFit
        If there are no such versions.
    """
    pins: set[str] = set()
    for python in pythons:
        pins |= resolve(wanted, python, constraints={*constraints, *pins}, preferred=preferred)
    return pins


def resolve(
    wanted: Collection[str],
    python: str,
    *,
    platform: str = PLATFORM,
    constraints: Collection[str] = (),
    preferred: Collection[str] = (),
) -> set[str]:
    """Ask uv which versions an installation would get, from wheels only.

    Parameters
    ----------
    wanted
        Requirements.
    python, platform
        What to resolve for, e.g. ``"3.11.0"``; it need not be this machine's.
    constraints, preferred
        As for `choose`.

    Returns
    -------
    set of str
        Pins ``name==version``.

    Raises
    ------
    DoesNotFit
        If there are no such versions.
    subprocess.CalledProcessError
        If uv could not find out, e.g. because the package registry does not answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        requirements, limits, chosen = (Path(folder, name) for name in ("in.txt", "limits.txt", "out.txt"))
        for path, lines in ((requirements, wanted), (limits, constraints), (chosen, preferred)):
            path.write_text("".join(f"{line}\n" for line in lines))
        command = [find_uv_bin(), "pip", "compile", "--quiet", "--only-binary=:all:", "--no-python-downloads"]
        command += [f"--python-version={python}", f"--python-platform={platform}", "--no-header"]
        command += ["--no-annotate", f"--constraints={limits}", f"--output-file={chosen}", str(requirements)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if "No solution found" in done.stderr:
            raise DoesNotFit(f"Python {python} on {platform}: {done.stderr.strip()}")
        if done.returncode != 0:
            raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
        return set(pins_of(chosen))


def pins_of(path: Path) -> list[str]:
    """Read the pins of a file; a file that is missing has none."""
    lines = path.read_text().splitlines() if path.exists() else []
    pins = [line for line in map(str.strip, lines) if line and not line.startswith(("#", "--"))]
    strange = [pin for pin in pins if not _PIN.fullmatch(pin)]
    if strange:
        raise SystemExit(f"{path.name} holds something other than name==version: {strange}")
    return pins


def write(name: str, first: str, pins: Collection[str]) -> None:
    """Write one pin file at the top of the repository."""
    (ROOT / name).write_text(HEADER + first + "".join(f"{pin}\n" for pin in sorted(pins, key=str.lower)))
    print(f"{name}: {len(pins)} pins")


if __name__ == "__main__":
    main()
