"""A run over a list of places: read each, label all with one model, write the results.

A finished place has a record; a run that was stopped, or whose list grew, only does the rest. Without a
model, all places are read first and one model is fitted on the clear pixels of all of them: the pixels of
each place wait in a file until they are labelled, so nothing is downloaded twice.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.analysis import analyse
from pipeline.batch import records
from pipeline.batch.legend import drawn, pooled_model, with_legend
from pipeline.batch.records import Record, key_of
from pipeline.batch.requests_file import Asked, asked_for, named, read_requests
from pipeline.clustering.features import words
from pipeline.clustering.model import ClusterModel
from pipeline.errors import AnalysisError, Cancelled, FileRefused, InvalidRequest
from pipeline.exports.files import make
from pipeline.progress import IsCancelled, Progress
from pipeline.request import AnalysisRequest
from pipeline.result import Analysis

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

log = logging.getLogger(__name__)

PLACES, READ = "places", "read"
"""Folders with the files of each place, and with pixels that wait for the model."""
MODEL, LOG, LOCK = "model.json", "log.txt", ".lock"
FILES = {"geotiff": ".tif", "geojson": ".geojson", "report": ".html"}
"""What is made of each place, and how the files end."""

OnPlace = Callable[[Record, int, int], object]
OnRead = Callable[[str, int, int], object]
Requests = str | PathLike[str] | Iterable["AnalysisRequest | tuple[str, AnalysisRequest]"]


@dataclass(frozen=True)
class ManyPlaces:
    """The outcome of a list of places."""

    folder: Path
    model: ClusterModel | None
    """With which all were labelled; None where no place could be read."""
    records: tuple[Record, ...] = field(repr=False)
    """In the order of the list."""

    @property
    def areas(self) -> pd.DataFrame:
        """One row a place and cluster, one row a place that failed: as in ``areas.csv``."""
        import pandas as pd

        from pipeline.batch.outputs import COLUMNS, rows

        return pd.DataFrame([row for record in self.records for row in rows(record)], columns=COLUMNS)

    @property
    def failed(self) -> tuple[Record, ...]:
        """Places without numbers, with the sentence that says why."""
        return tuple(record for record in self.records if not record.done)


def analyse_many(
    requests: Requests,
    *,
    out: str | PathLike[str],
    model: ClusterModel | None = None,
    on_place: OnPlace | None = None,
    on_read: OnRead | None = None,
    cancelled: IsCancelled | None = None,
    workers: bool = True,
) -> ManyPlaces:
    """Label many places with one model, so that a class means the same in each of them.

    Parameters
    ----------
    requests : path or iterable
        A file with one request a line (requests_file.read_requests), or requests, or pairs of a name and a
        request.
    out : path
        Folder of the results: ``areas.csv``, ``places.gpkg``, ``index.html``, ``model.json``, ``log.txt``,
        and the files of each place below ``places``. A second call with the same list and folder does only
        what is missing or failed.
    model : ClusterModel, optional
        Label with this model. None: with the folder's ``model.json`` where an earlier run left one, else fit
        one on the clear pixels of all places that can be read, as many of each; number of clusters, features
        and seed are those of the first of them.
    on_place : callable, optional
        Called as ``on_place(record, number, of)`` after each place.
    on_read : callable, optional
        Called as ``on_read(name, number, of)`` after each place that was read for the model; not called where
        there is a model.
    cancelled : callable, optional
        As for `analyse`; what is done stays done.
    workers : bool
        Whether to work on the dask cluster that ``DASK_SCHEDULER_ADDRESS`` names, if it names one.

    Raises
    ------
    InvalidRequest
        When the list is empty or cannot be read.
    FileRefused
        When the folder cannot be written, or another run writes into it.
    Cancelled
        When the run was stopped.
    """
    if isinstance(requests, str | PathLike):
        asked = read_requests(Path(requests))
    else:
        asked = named(map(asked_for, requests))
    walk = _Walk(Path(out), asked, on_place, on_read, Progress(cancelled=cancelled), workers)
    with _held(walk.folder):
        return walk.run(model)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Make a folder and hold it for one run.

    Raises
    ------
    FileRefused
        When it cannot be written, or another run holds it.
    """
    from filelock import FileLock, Timeout

    try:
        (folder / PLACES).mkdir(parents=True, exist_ok=True)
        with FileLock(folder / LOCK, timeout=0):
            yield
    except Timeout as error:
        raise FileRefused(
            f"Another run writes into “{folder}”. Wait for it, or choose another folder."
        ) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FileRefused(f"The results cannot be written into “{folder}”: {reason}.") from error


@dataclass
class _Walk:
    """One run through the list."""

    folder: Path
    asked: tuple[Asked, ...]
    on_place: OnPlace | None
    on_read: OnRead | None
    progress: Progress
    workers: bool

    def run(self, given: ClusterModel | None) -> ManyPlaces:
        """Run all places, write the outputs into the folder, and return the outcome."""
        from pipeline.batch.outputs import write_all

        model, unread = (with_legend(given), {}) if given is not None else self._own_model()
        if model is not None:
            records.replace_text(self.folder / MODEL, model.to_json())
        found = []
        for number, one in enumerate(self.asked, start=1):
            self.progress.check()
            key = key_of(one, model)
            record = self._known(key)
            if record is None:
                record = self._place(one, key, model, unread.get(one.name, one.problem))
                self._log(record, number)
            if self.on_place is not None:
                self.on_place(record, number, len(self.asked))
            found.append(record)
        shutil.rmtree(self.folder / READ, ignore_errors=True)
        result = ManyPlaces(self.folder, model, tuple(found))
        write_all(result)
        return result

    def _own_model(self) -> tuple[ClusterModel | None, dict[str, str]]:
        """Return the model of an earlier run, else one fitted on all places; and why places cannot be read.

        What was read waits in a file a place.
        """
        try:
            return ClusterModel.from_json((self.folder / MODEL).read_text("utf-8")), {}
        except FileNotFoundError:
            pass
        (self.folder / READ).mkdir(exist_ok=True)
        samples: list[np.ndarray] = []
        unread: dict[str, str] = {}
        first: Analysis | None = None
        for number, one in enumerate(self.asked, start=1):
            self.progress.check()
            try:
                analysis = self._read(one)
                first = first or analysis
                _check_alike(analysis, first)
                samples.append(drawn(analysis.sample.reflectance, len(self.asked), analysis.request.seed))
            except Cancelled:
                raise
            except AnalysisError as error:
                unread[one.name] = str(error)
            if self.on_read is not None:
                self.on_read(one.name, number, len(self.asked))
        if first is None:
            return None, unread
        return pooled_model(samples, first.bands, first.request, self.progress), unread

    def _read(self, one: Asked) -> Analysis:
        """Return a place as it was read in this or a stopped run; it waits in a file for the model."""
        path = self._waiting(one)
        if path.exists():
            return Analysis.load(path)
        analysis = self._analysed(one, None)
        analysis.save(path)
        return analysis

    def _known(self, key: str) -> Record | None:
        """Return what an earlier run made of a place; None where it is missing or failed."""
        known = records.read(self.folder / PLACES, key)
        return known if known is not None and known.done else None

    def _place(self, one: Asked, key: str, model: ClusterModel | None, problem: str) -> Record:
        """Return what comes of a place now."""
        try:
            if model is None or problem:
                raise InvalidRequest(problem)
            record = self._made(one, key, self._labelled(one, model))
        except Cancelled:
            raise
        except AnalysisError as error:
            record = records.failed(one, key, str(error))
        except Exception as error:  # whatever happens at one place, the others go on
            log.exception("the place %s failed", one.name)
            record = records.failed(one, key, f"Something unexpected went wrong: {type(error).__name__}.")
        records.write(record, self.folder / PLACES)
        return record

    def _labelled(self, one: Asked, model: ClusterModel) -> Analysis:
        path = self._waiting(one)
        if not path.exists():
            return self._analysed(one, model)
        before = Analysis.load(path)
        return self.progress.silent().run(before.regrouped, self.progress, model=model)

    def _analysed(self, one: Asked, model: ClusterModel | None) -> Analysis:
        if one.request is None:
            raise InvalidRequest(one.problem)
        return analyse(one.request, cancelled=self.progress.ended, model=model, workers=self.workers)

    def _made(self, one: Asked, key: str, analysis: Analysis) -> Record:
        """Write the files of a place; one that cannot be made is reported, the others are kept."""
        files, problems = {}, []
        for name, ending in FILES.items():
            try:
                content = make(analysis, name)
            except FileRefused as error:
                problems.append(str(error))
                continue
            files[name] = f"{key}{ending}"
            (self.folder / PLACES / files[name]).write_bytes(content)
        return records.done(one, key, analysis, files, " ".join(problems))

    def _waiting(self, one: Asked) -> Path:
        return self.folder / READ / f"{key_of(one, None)}.clusters"

    def _log(self, record: Record, number: int) -> None:
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        with (self.folder / LOG).open("a", encoding="utf-8") as file:
            file.write(f"{moment} {number}/{len(self.asked)} {record.words}\n")
        log.info("%d of %d: %s", number, len(self.asked), record.words)


def _check_alike(analysis: Analysis, first: Analysis) -> None:
    """Check that a place can share a legend with the first one.

    Raises
    ------
    InvalidRequest
        When it was read with other features.
    """
    if analysis.model.features != first.model.features:
        raise InvalidRequest(
            f"The place asks for {words(analysis.model.features)}, the first one for "
            f"{words(first.model.features)}: one legend needs the same features everywhere.",
            "features",
        )
