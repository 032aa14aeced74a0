"""Write the pin files: one tested version for every package that pyproject.toml brings in.

``python -m tools.pins`` installs into a temporary environment, first the application, then the tests and
the benchmarks on top, and writes what pip reports each time: names and versions, never an address.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9._!+-]+")
ADDED = {"test": "requirements-dev.txt", "benchmark": "requirements-benchmark.txt"}
"""Optional groups in the order they are installed, and the file with what each one adds."""
HEADER = "# Written by `make pins` from pyproject.toml; do not edit.\n"


def main() -> None:
    """Install from pyproject.toml into a temporary environment and write the pin files."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "Scripts" if sys.platform == "win32" else "bin", "python"))
        runtime = install_and_freeze(python, project["dependencies"])
        write("requirements.txt", "", runtime)
        known = runtime
        for group, name in ADDED.items():
            constraints = Path(folder, "known.txt")
            constraints.write_text("\n".join(known))
            wanted = project["optional-dependencies"][group]
            everything = install_and_freeze(python, ["--constraint", str(constraints), *wanted])
            write(name, "--requirement requirements.txt\n", sorted(set(everything) - set(known)))
            known = everything


def install_and_freeze(python: str, arguments: list[str]) -> list[str]:
    """Install, then list what is there.

    Parameters
    ----------
    python
        The environment's interpreter.
    arguments
        Requirements and options for ``pip install``.

    Returns
    -------
    list of str
        Sorted lines ``name==version``.
    """
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--quiet", *arguments], check=True)
    frozen = subprocess.run([python, "-m", "pip", "freeze"], check=True, capture_output=True, text=True)
    pins = sorted(frozen.stdout.split("\n"), key=str.lower)
    strange = [pin for pin in pins if pin and not PIN.fullmatch(pin)]
    if strange:
        raise SystemExit(f"pip reported something other than name==version: {strange}")
    return [pin for pin in pins if pin]


def write(name: str, first: str, pins: list[str]) -> None:
    """Write one pin file at the top of the repository."""
    (ROOT / name).write_text(HEADER + first + "".join(f"{pin}\n" for pin in sorted(pins, key=str.lower)))
    print(f"{name}: {len(pins)} pins")


if __name__ == "__main__":
    main()
