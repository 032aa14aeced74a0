"""A saved analysis is the same analysis: labels, areas, model, pixels, files; and no catalogue is asked."""

import copy
import json
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import Analysis, InvalidRequest, analyse
from pipeline.accuracy.checked import check
from pipeline.errors import FileRefused
from pipeline.explore.classes import Classes
from pipeline.explore.sieve import sieve
from pipeline.exports import files
from pipeline.outcome.saving import HEAD, NOT_PLAIN, SECOND
from pipeline.reading.imagery import Imagery
from tests.pipeline.conftest import Land

SAME_FILES = ("geotiff", "geojson", "table", "image", "style", "model", "report")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "result.clusters"


def edited(done: Analysis) -> Analysis:
    classes = Classes.of(done.suggestions).merge([1, 2], "Wald & <Wasser>").recolour(1, "#123456")
    made = done.with_classes(classes.lut(), classes.suggestions())
    return made.with_labels(sieve(made.labels.values, 0.5), smallest_patch_ha=0.5)


def with_saved_model(done: Analysis) -> Analysis:
    return analyse(replace(done.request, n_clusters=3), model=done.model)


def as_made(done: Analysis) -> Analysis:
    return done


def of_several_dates(done: Analysis) -> Analysis:
    return analyse(replace(done.request, composite="median", features=("nir", "NDVI")))


@pytest.mark.parametrize("change", [as_made, edited, with_saved_model, of_several_dates])
def test_what_is_loaded_equals_what_was_saved(
    change: Callable[[Analysis], Analysis], done: Analysis, path: Path
) -> None:
    before = change(done)
    before.save(path)
    after = Analysis.load(path)
    np.testing.assert_array_equal(after.labels, before.labels)
    np.testing.assert_array_equal(after.imagery, before.imagery)
    pd.testing.assert_frame_equal(after.areas, before.areas)
    assert after.labels.attrs.keys() == before.labels.attrs.keys()
    for f in fields(Analysis):
        if f.compare and f.name not in ("pixels", "raster", "areas", "overlays"):
            assert getattr(after, f.name) == getattr(before, f.name), f.name
    for name in ("extent", "scenes", "coverage", "notes", "composite", "n_filled", "bands"):
        assert getattr(after.pixels, name) == getattr(before.pixels, name), name
    assert after.overlays == before.overlays
    np.testing.assert_array_equal(after.signatures.mean, before.signatures.mean)
    for key in SAME_FILES:
        assert files.make(after, key) == files.make(before, key), key


def test_a_checked_sample_is_kept(done: Analysis, path: Path) -> None:
    design = done.sampling_design(n=60)
    names = dict(enumerate(done.areas["name"]))
    labelled = design.with_labels({p: names[1] for p in design.points.index[:20]})
    before = replace(done, checked=check(done, labelled))
    assert before.checked is not None
    before.save(path)
    after = Analysis.load(path)
    assert after.checked is not None
    assert after.checked.design.to_json() == labelled.to_json()
    assert after.checked.as_values() == before.checked.as_values()


def test_work_goes_on_without_the_catalogue(
    land: Land, done: Analysis, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done.save(path)
    after = Analysis.load(path)

    def nobody(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("pipeline.analysis.find_plans", nobody)
    monkeypatch.setattr("socket.socket.connect", nobody)
    path.unlink()
    ours, theirs = after.recluster(6), done.recluster(6)
    assert ours.model == theirs.model
    np.testing.assert_array_equal(ours.labels, theirs.labels)
    assert ours.overlays == theirs.overlays


def test_every_part_of_a_result_is_kept_or_made_again() -> None:
    """A new field needs a thought: plain values keep themselves, others need a line in saving.py."""
    known = {"extent", "store", "scenes", "sample", "coverage", "notes", "composite", "n_filled", "thinned"}
    assert {f.name for f in fields(Imagery)} == known
    plain = {f.name for f in fields(Analysis)} - NOT_PLAIN
    assert plain == {"notes", "preview", "model_given", "edits", "names_from", "smallest_patch_ha"}


def later(done: Analysis) -> Analysis:
    """Return the same land, of which the right half became class 1 and a corner lies under a cloud."""
    labels = done.labels.values.copy()
    half = labels[:, labels.shape[1] // 2 :]
    half[half > 0] = 1
    labels[:20, :30] = 0
    return done.with_labels(labels)


def test_a_second_date_is_kept_with_what_changed(done: Analysis, path: Path) -> None:
    before = done.with_second_date(later(done))
    before.save(path)
    after = Analysis.load(path)
    assert before.second is not None
    assert after.second is not None
    np.testing.assert_array_equal(after.labels, done.labels)
    assert after.second.analysis.recluster(3).model.n_clusters == 3
    np.testing.assert_array_equal(after.second.analysis.labels, before.second.analysis.labels)
    np.testing.assert_array_equal(after.second.analysis.imagery, before.second.analysis.imagery)
    pd.testing.assert_frame_equal(after.second.analysis.areas, before.second.analysis.areas)
    assert after.second.analysis.overlays == before.second.analysis.overlays
    assert after.second.analysis.model == before.second.analysis.model
    pd.testing.assert_frame_equal(after.second.change.matrix, before.second.change.matrix)
    pd.testing.assert_frame_equal(after.second.change.clusters, before.second.change.clusters)
    pd.testing.assert_series_equal(after.second.change.masked, before.second.change.masked)
    for key in ("change", "change-long", "change-geotiff", "report"):
        assert files.make(after, key) == files.make(before, key), key


def test_a_second_date_in_edited_classes_is_kept(done: Analysis, path: Path) -> None:
    """Both dates have the classes of a person, and a sample that belongs to the first."""
    classes = Classes.of(done.suggestions).merge([2, 3], "Both")
    first, second = (a.with_classes(classes.lut(), classes.suggestions()) for a in (done, later(done)))
    before = first.with_second_date(second)
    before.save(path)
    after = Analysis.load(path)
    assert after.second is not None
    assert before.second is not None
    assert after.second.change.sentence == before.second.change.sentence
    assert after.second.analysis.edits == second.edits


def test_a_file_from_before_there_were_second_dates_still_loads(
    done: Analysis, path: Path, tmp_path: Path
) -> None:
    done.save(path)
    with zipfile.ZipFile(path) as archive:
        head = json.loads(archive.read(HEAD))
    assert head.pop(SECOND) is None
    old = tmp_path / "old"
    rewritten(path, old, HEAD, json.dumps(head).encode())
    after = Analysis.load(old)
    assert after.second is None
    np.testing.assert_array_equal(after.labels, done.labels)


@pytest.mark.parametrize("member", ["second/pixels/0/0.npy", "second/labels/0.npy"])
def test_a_second_date_with_a_part_that_is_missing_is_refused(
    member: str, done: Analysis, path: Path, tmp_path: Path
) -> None:
    done.with_second_date(later(done)).save(path)
    for number, content in enumerate([None, b"{}"]):
        changed = tmp_path / f"changed{number}"
        rewritten(path, changed, member, content)
        with pytest.raises(InvalidRequest, match="no saved analysis, or it is damaged"):
            Analysis.load(changed)


def test_a_second_date_of_other_classes_is_refused(done: Analysis, path: Path, tmp_path: Path) -> None:
    """A file that was put together by hand."""
    done.with_second_date(later(done)).save(path)
    with zipfile.ZipFile(path) as archive:
        head = json.loads(archive.read(HEAD))
    head[SECOND]["model"] = done.recluster(3).model.to_json()
    changed = tmp_path / "changed"
    rewritten(path, changed, HEAD, json.dumps(head).encode())
    with pytest.raises(InvalidRequest, match="was not labelled by the model of the first"):
        Analysis.load(changed)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\3\4" + bytes(200)])
def test_another_file_is_refused_in_a_sentence(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(InvalidRequest, match=r"no saved analysis, or it is damaged\. Give a file"):
        Analysis.load(path)


def test_a_missing_file_and_a_folder_that_is_none_are_told(done: Analysis, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="cannot be opened: No such file"):
        Analysis.load(tmp_path / "nothing")
    with pytest.raises(FileRefused, match=r"cannot be saved as .*: No such file"):
        done.save(tmp_path / "no" / "folder")


@pytest.mark.parametrize("member", [HEAD, "pixels/0/0.npy", "labels/0.npy", "sample/rows.npy"])
def test_a_file_with_a_part_that_is_missing_or_wrong_is_refused(
    member: str, done: Analysis, path: Path, tmp_path: Path
) -> None:
    done.save(path)
    for number, content in enumerate([None, b"{}", b"\x93NUMPY\1\0\x10\0garbage"]):
        changed = tmp_path / f"changed{number}"
        rewritten(path, changed, member, content)
        with pytest.raises(InvalidRequest, match="no saved analysis, or it is damaged"):
            Analysis.load(changed)


def rewritten(path: Path, target: Path, member: str, content: bytes | None) -> None:
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            if name != member:
                after.writestr(name, before.read(name))
            elif content is not None:
                after.writestr(name, content)


def test_a_newer_version_is_told(done: Analysis, path: Path, tmp_path: Path) -> None:
    done.save(path)
    with zipfile.ZipFile(path) as archive:
        head = json.loads(archive.read(HEAD))
    newer = tmp_path / "newer"
    rewritten(path, newer, HEAD, json.dumps({**head, "version": 99}).encode())
    with pytest.raises(InvalidRequest, match="of version 99; version 1 is read here"):
        Analysis.load(newer)


def test_a_file_cut_short_is_refused(done: Analysis, path: Path) -> None:
    done.save(path)
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(InvalidRequest, match="damaged"):
        Analysis.load(path)


def test_a_save_that_fails_leaves_the_old_file(
    done: Analysis, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(b"before")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numpy.lib.format.write_array", full)
    with pytest.raises(FileRefused, match="No space left on device"):
        done.save(path)
    assert path.read_bytes() == b"before"
    assert list(path.parent.iterdir()) == [path]


def test_pickle_says_what_to_use_instead(done: Analysis) -> None:
    with pytest.raises(TypeError, match=r"analysis\.save\(path\).*Analysis\.load\(path\)"):
        pickle.dumps(done)
    assert copy.copy(done) is done
    assert copy.deepcopy(done) is done
