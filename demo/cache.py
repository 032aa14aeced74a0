"""Where the demo scenes are kept, and how several processes make them only once.

One folder per generator version below the user's cache directory. It is made beside its final place under
a file lock and renamed when complete, so that a reader sees all of it or nothing. Folders of other versions
that nobody used for 30 days are removed.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import filelock
import platformdirs

from demo import place
from demo.errors import DemoUnavailable
from synthetic.place import LAND_SHAPE, NORTH_M, TILES, WEST_M

APPLICATION = "land-cover-clusters"
ENVIRONMENT = "DASHBOARD_CACHE_DIR"
_PREFIX = "demo-"
_KEEP_DAYS = 30
_PATIENCE_S = 300
log = logging.getLogger(__name__)


def root() -> Path:
    """Return the cache directory: `DASHBOARD_CACHE_DIR` or the user's own."""
    named = os.environ.get(ENVIRONMENT)
    return Path(named).expanduser().absolute() if named else Path(platformdirs.user_cache_path(APPLICATION))


def home() -> Path:
    """Return the folder of this version's scenes, whether it exists or not."""
    parameters = (TILES, place.VISITS, LAND_SHAPE, WEST_M, NORTH_M)
    digest = hashlib.sha256(repr((place.GENERATOR, parameters)).encode()).hexdigest()
    return root() / f"{_PREFIX}{place.GENERATOR}-{digest[:10]}"


def ensure() -> Path:
    """Return the folder of the scenes; make them first, in a process of their own, if they are missing.

    Raises
    ------
    DemoUnavailable
        If the scenes cannot be made, e.g. because the disk is full or the cache not writable.
    """
    folder = home()
    if folder.is_dir():
        _mark_used(folder)
        return folder
    _announce()
    code = "import sys; from demo.cache import generate; generate()"
    search = os.pathsep.join(filter(None, (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH"))))
    made = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={**os.environ, "PYTHONPATH": search},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0 or not folder.is_dir():
        reason = (made.stderr.strip().splitlines() or [f"exit code {made.returncode}"])[-1]
        raise DemoUnavailable(f"The demo scenes could not be made in {root()}: {reason}")
    return folder


def generate() -> Path:
    """Make the scenes in this process unless they are there already, and return their folder."""
    folder = home()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(folder.with_suffix(".lock"), timeout=_PATIENCE_S):
        if not folder.is_dir():
            _announce()
            _make(folder)
    _remove_unused(folder)
    return folder


def _announce() -> None:
    log.info(
        "Making the images of the offline demo, which takes about ten seconds. This happens once: "
        "they are kept in %s.",
        root(),
    )


def _make(folder: Path) -> None:
    from demo import basemap, items, reference, scenes
    from synthetic.land import build

    with tempfile.TemporaryDirectory(prefix="making-", dir=folder.parent) as workshop:
        draft = Path(workshop) / "scenes"
        draft.mkdir()
        land = build()
        classifications = scenes.write_scenes(draft, land)
        described = [*items.items(classifications), reference.write(draft, land)]
        for name, content in (
            ("collections.json", [items.collection(), reference.collection()]),
            ("items.json", described),
        ):
            (draft / name).write_text(json.dumps(content, indent=1), encoding="utf-8")
        basemap.write(draft, land)
        os.replace(draft, folder)


def _mark_used(folder: Path) -> None:
    try:
        os.utime(folder)
    except OSError:
        return  # a cache that another user owns may be read all the same


def _remove_unused(current: Path) -> None:
    limit = time.time() - _KEEP_DAYS * 86_400
    for folder in current.parent.glob(f"{_PREFIX}*"):
        if folder != current and folder.is_dir() and folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)
