"""Find a Chromium for the browser tests, or get one.

``python -m tools.browser`` prints the browser's path. When there is none it asks the system's package manager
(Debian and its kin, as root), then Playwright, and ends with a sentence that says what to do.
"""

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


def find() -> str | None:
    """Look for a browser.

    Returns
    -------
    str or None
        The path of ``$CHROMIUM``, of a browser on ``PATH``, or of the one Playwright has fetched.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, NAMES)), None) or playwrights_own()


def playwrights_own() -> str | None:
    """Return the path of the Chromium that ``playwright install`` fetched, if it did."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Try the ways to get a browser that need no question, until one has worked."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        attempts.insert(0, ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"])
        subprocess.run(["apt-get", "update"], check=False)
    for command in attempts:
        print("No browser found, trying:", " ".join(command), flush=True)
        if subprocess.run(command, check=False, env=quiet()).returncode == 0 and find():
            return


def quiet() -> dict[str, str]:
    """Return the environment with apt's questions switched off."""
    return {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}


def main() -> None:
    """Print the browser's path, getting one first if needed."""
    if not find():
        install()
    found = find()
    if not found:
        raise SystemExit(
            "The browser tests need Chromium or Chrome, and none could be installed: install one "
            "(on Debian: apt-get install chromium), or name it with CHROMIUM=/path/to/chromium."
        )
    print(f"Browser for the tests: {found}")


if __name__ == "__main__":
    main()
