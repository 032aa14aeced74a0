"""Find a Chromium for the browser tests, or get one.

``python -m tools.browser`` prints the browser's path. When there is none that can be driven, it asks the
system's package manager (Debian and its kin, as root), then Playwright, and ends with a sentence that says
what to do. With ``--optional`` that is no failure except in CI: the other tests need no browser.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""For a Chromium that is driven by tests, as root, without a network."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
PACKAGES = ("chromium", "libatomic1")
"""Debian's packages: a browser, and what the Node.js inside Playwright needs."""
_START_S = 60


def find() -> str | None:
    """Look for a browser that Playwright can drive.

    Returns
    -------
    str or None
        The path of ``$CHROMIUM``, of a browser on ``PATH``, or of the one Playwright has fetched. None if
        there is no browser, or if Playwright itself does not start.
    """
    own = playwrights_own()
    if own is None:
        return None
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, NAMES)), None) or (own if Path(own).exists() else None)


def playwrights_own() -> str | None:
    """Return where Playwright keeps a Chromium of its own, fetched or not; None if Playwright does not start.

    It is asked in a process of its own: its interface allows one user a process, and a driver that cannot
    start (a Node.js without libatomic) raises whatever comes first.
    """
    code = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    try:
        asked = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=_START_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.strip() or None if asked.returncode == 0 else None


def install() -> None:
    """Try the ways to get a browser that need no question, until one has worked."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        attempts.insert(0, ["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES])
        subprocess.run(["apt-get", "update"], check=False)
    for command in attempts:
        print("No browser found, trying:", " ".join(command), flush=True)
        if subprocess.run(command, check=False, env=quiet()).returncode == 0 and find():
            return


def quiet() -> dict[str, str]:
    """Return the environment with apt's questions switched off."""
    return {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}


def advice() -> str:
    """Say what is missing and how to get it."""
    if playwrights_own() is None:
        return (
            "The browser tests need Playwright, and it does not start: its Node.js probably lacks a library "
            "(on Debian: apt-get install libatomic1)."
        )
    return (
        "The browser tests need Chromium or Chrome, and none could be installed: install one "
        "(on Debian: apt-get install chromium), or name it with CHROMIUM=/path/to/chromium."
    )


def main() -> None:
    """Print the browser's path, getting one first if needed."""
    parser = argparse.ArgumentParser(prog="python -m tools.browser", description="Find or get a Chromium.")
    parser.add_argument("--optional", action="store_true", help="fail in CI only when there is none")
    optional = parser.parse_args().optional and not os.environ.get("CI")
    found = find()
    if not found:
        install()
        found = find()
    if found:
        print(f"Browser for the tests: {found}")
    elif optional:
        print(f"{advice()} They are skipped now; all other tests run.")
    else:
        raise SystemExit(advice())


if __name__ == "__main__":
    main()
