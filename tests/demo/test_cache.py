import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

import demo
from demo import basemap, cache, items, place, reference, scenes
from demo.errors import DemoUnavailable


def test_importing_the_demo_is_cheap(repository: Path) -> None:
    code = (
        "import sys, demo; heavy = {'numpy', 'rasterio', 'PIL', 'pipeline', 'widgets'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=repository, check=True)


def test_the_environment_names_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(cache.ENVIRONMENT, str(tmp_path / "elsewhere"))
    assert cache.home().parent == tmp_path / "elsewhere"
    monkeypatch.delenv(cache.ENVIRONMENT)
    assert cache.home().parent.name == cache.APPLICATION


def test_a_changed_generator_makes_a_new_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache.home()
    monkeypatch.setattr(place, "GENERATOR", place.GENERATOR + 1)
    assert cache.home() != before


def test_the_cache_stays_small(scenes_folder: Path) -> None:
    size = sum(file.stat().st_size for file in scenes_folder.rglob("*") if file.is_file())
    assert size < 400e6


def stub_the_making(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.setenv(cache.ENVIRONMENT, str(root))
    monkeypatch.setattr(scenes, "write_scenes", lambda draft, land: {})
    monkeypatch.setattr(items, "items", lambda classifications: [])
    monkeypatch.setattr(basemap, "write", lambda draft, land: None)
    monkeypatch.setattr(reference, "write", lambda draft, land: {})
    monkeypatch.setattr("synthetic.land.build", lambda: None)


def test_folders_long_unused_are_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub_the_making(monkeypatch, tmp_path)
    old, recent, foreign = (tmp_path / name for name in ("demo-0-old", "demo-0-recent", "other"))
    for folder in (old, recent, foreign):
        folder.mkdir()
    long_ago = time.time() - 40 * 86_400
    for folder in (old, foreign):
        os.utime(folder, (long_ago, long_ago))
    cache.generate()
    assert not old.exists()
    assert recent.exists()
    assert foreign.exists()


def test_a_failure_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub_the_making(monkeypatch, tmp_path)

    def fail(draft: Path, land: object) -> None:
        (draft / "half.tif").touch()
        raise OSError("disk full")

    monkeypatch.setattr(scenes, "write_scenes", fail)
    with pytest.raises(OSError, match="disk full"):
        cache.generate()
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


def test_an_unusable_cache_is_told_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv(cache.ENVIRONMENT, str(blocked))
    with pytest.raises(DemoUnavailable, match="could not be made"):
        cache.ensure()


def test_the_first_use_says_what_takes_so_long(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stub_the_making(monkeypatch, tmp_path)
    caplog.set_level("INFO", logger="demo")
    cache.generate()
    assert [record.getMessage() for record in caplog.records] == [
        "Making the images of the offline demo, which takes about ten seconds. This happens once: "
        f"they are kept in {tmp_path}."
    ]
    caplog.clear()
    cache.generate()
    cache.ensure()
    assert not caplog.records


def test_a_program_that_needs_the_images_is_told_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(cache.ENVIRONMENT, str(tmp_path))
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: cache.home().mkdir(parents=True) or finished())
    caplog.set_level("INFO", logger="demo")
    cache.ensure()
    cache.ensure()
    assert [record.levelname for record in caplog.records] == ["INFO"]


def finished() -> "subprocess.CompletedProcess[str]":
    return subprocess.CompletedProcess([], 0, "", "")


def test_two_processes_make_the_scenes_once(tmp_path: Path, repository: Path) -> None:
    environment = {**os.environ, cache.ENVIRONMENT: str(tmp_path)}
    command = [sys.executable, "-m", "demo", "--generate"]
    both = [
        subprocess.Popen(
            command,
            cwd=repository,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ends = [process.communicate(timeout=280) for process in both]
    answers = {output for output, _ in ends}
    said = [complaint for _, complaint in ends if "Making the images of the offline demo" in complaint]
    assert len(said) == 1, "the other one waited"
    assert [process.returncode for process in both] == [0, 0]
    assert len(answers) == 1
    folders = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert folders == [Path(answers.pop().strip())]
    assert len(list(folders[0].glob("*/*.tif"))) == 14 * 11


def test_the_backdrop_lies_under_the_land(scenes_folder: Path) -> None:
    picture, mime, ((south, west), (north, east)) = demo.backdrop()
    assert mime == "image/png"
    assert len(picture) < 400_000
    with Image.open(io.BytesIO(picture)) as image:
        assert max(image.size) <= 1200
        middle = image.convert("RGBA").crop((200, 200, 900, 600))
    assert min(low for low, _ in middle.getextrema()[:3]) > 120  # pale
    assert middle.getextrema()[3] == (255, 255)
    assert west < demo.LONGITUDE < east
    assert south < demo.LATITUDE < north
    assert (east - west, north - south) == pytest.approx((0.43, 0.195), abs=0.02)


def test_showing_the_backdrop_imports_nothing_that_draws(scenes_folder: Path, repository: Path) -> None:
    """A page shows it before anybody clicks: 25 MB for rasterio and Pillow would be for nothing."""
    drawing = {"rasterio", "PIL", "synthetic.land"}
    code = f"import demo, sys; demo.backdrop(); print({drawing} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=repository,
        env={**os.environ, cache.ENVIRONMENT: str(scenes_folder.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "set()"
