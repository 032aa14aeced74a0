"""The same blocks on many machines: read, kept and worked on by the workers of a dask cluster.

``DASK_SCHEDULER_ADDRESS`` names the scheduler. Pixels stay where they were read; only samples, counts and
labels come back. A worker that is lost is replaced by dask: its blocks are read again by another.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from pipeline import config
from pipeline.area.blocks import Block
from pipeline.errors import AnalysisError, ClusterUnavailable
from pipeline.machine.allocator import keep_for_the_run
from pipeline.progress import POLL_S, Progress
from pipeline.reading.pixels import Pixels
from pipeline.reading.storage.local import READ_AHEAD, LocalStore, Reader, Store, Summary

log = logging.getLogger(__name__)

ADDRESS_VARIABLE = config.SCHEDULER
CONNECT_S = 5
"""Seconds in which a scheduler must answer."""
LOOK_S = 1
"""Seconds without a result after which the scheduler is asked for its workers."""
GONE_S = 30
"""Seconds without scheduler or without any worker after which a run ends."""

T = TypeVar("T")

_lock = threading.Lock()
_clients: dict[str, Any] = {}


def configured() -> str | None:
    """Return the address of the configured scheduler, None where there is none."""
    return config.scheduler_address()


@dataclass(frozen=True)
class ClusterStatus:
    """The scheduler's address and its workers."""

    address: str
    workers: int
    threads: int


def status() -> ClusterStatus | None:
    """Return the state of the configured cluster, None where none is configured.

    Raises
    ------
    ClusterUnavailable
        When the scheduler does not answer.
    """
    address = configured()
    if address is None:
        return None
    threads = _workers(_client(address))
    return ClusterStatus(address, len(threads), sum(threads.values()))


def _client(address: str) -> Any:
    """Return this process's connection to a scheduler."""
    from distributed import Client

    with _lock:
        client = _opened_by_others(address) or _clients.get(address)
        if client is None or client.status != "running":
            if client is not None:
                with suppress(Exception):  # its scheduler is gone, so closing may fail
                    client.close(timeout=1)
            try:
                client = Client(  # type: ignore[no-untyped-call]
                    address, timeout=CONNECT_S, set_as_default=False, name="land-cover-clusters"
                )
            except (OSError, TimeoutError, ValueError, RuntimeError) as error:
                raise _unavailable(address, "did not answer") from error
            _clients[address] = client
        return client


def _opened_by_others(address: str) -> Any:
    """Return a connection that a notebook has opened: those of Dask Gateway and Coiled carry credentials."""
    from distributed import default_client

    try:
        client = default_client()  # type: ignore[no-untyped-call]
    except ValueError:
        return None
    ours = client.status == "running" and client.scheduler.address == address
    return client if ours else None


def _workers(client: Any) -> dict[str, int]:
    """Return threads by worker."""
    return {name: int(w["nthreads"]) for name, w in client.scheduler_info(n_workers=-1)["workers"].items()}


def _unavailable(address: str, what: str) -> ClusterUnavailable:
    return ClusterUnavailable(
        f"The dask cluster {what} ({address}). Try again, or calculate on this machine.", address
    )


def store_of(blocks: Sequence[Block], workers: bool, read_ahead: int = READ_AHEAD) -> Store:
    """Return where a run works: on the configured cluster, else (or where `workers` is False) here.

    Parameters
    ----------
    read_ahead : int
        Blocks that are read at the same time on this machine.
    """
    address = configured() if workers else None
    return LocalStore(blocks, read_ahead) if address is None else DaskStore(blocks, address)


class DaskStore:
    """Blocks on the workers of a cluster (see `pipeline.reading.storage.local.Store`).

    Raises
    ------
    ClusterUnavailable
        When the scheduler does not answer or has no workers; also while a run is under way.
    """

    def __init__(self, blocks: Sequence[Block], address: str) -> None:
        self.blocks = blocks
        self._address = address
        self._client = _client(address)
        self._read: dict[int, Any] = {}
        if not _workers(self._client):
            raise _unavailable(address, "has no workers")

    def fill(self, read: Reader, summary: Summary[T], progress: Progress) -> Iterator[tuple[int, T]]:
        """Read every block once on some worker; give each block's number and summary as they come."""
        run = uuid.uuid4().hex
        told = {}
        for number, block in enumerate(self.blocks):
            both = self._client.submit(_read_and_tell, read, summary, block, key=f"read-{run}-{number}")
            self._read[number] = self._client.submit(_first, both, key=f"pixels-{run}-{number}")
            told[number] = self._client.submit(_second, both, key=f"told-{run}-{number}")
        for done, (number, value) in enumerate(self._as_they_come(told, progress), start=1):
            progress.detail(f"{done} of {len(self.blocks)} parts on the cluster")
            progress.report("reading", done / len(self.blocks))
            yield number, value

    def each(self, work: Summary[T], progress: Progress) -> Iterator[tuple[int, T]]:
        """Give each block's number and ``work(block, pixels)`` as they come."""
        run = uuid.uuid4().hex
        results = {
            n: self._client.submit(work, block, self._read[n], key=f"work-{run}-{n}")
            for n, block in enumerate(self.blocks)
        }
        return self._as_they_come(results, progress)

    def get(self, number: int) -> Pixels:
        """Return the pixels of a block."""
        ((_, pixels),) = self._as_they_come({number: self._read[number]}, Progress())
        kept: Pixels = pixels
        return kept

    def part(self, number: int, rows: slice, columns: slice) -> Pixels:
        """Return a rectangle of a block, cut out where it is kept."""
        cut = self._client.submit(Pixels.part, self._read[number], rows, columns, pure=False)
        ((_, pixels),) = self._as_they_come({number: cut}, Progress())
        part: Pixels = pixels
        return part

    def _as_they_come(self, futures: dict[int, Any], progress: Progress) -> Iterator[tuple[int, Any]]:
        done: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number, future in futures.items():
            future.add_done_callback(_putter(done, number))
        alive = time.monotonic()
        try:
            while futures:
                try:
                    number = done.get(timeout=POLL_S)
                except queue.Empty:
                    progress.check()
                    if time.monotonic() - alive > LOOK_S and self._lives():
                        alive = time.monotonic()
                    elif time.monotonic() - alive > GONE_S:
                        raise _unavailable(self._address, "is gone") from None
                    continue
                alive = time.monotonic()
                yield number, self._result(futures.pop(number))
        finally:
            for future in futures.values():
                future.cancel()

    def _lives(self) -> bool:
        return self._client.status == "running" and bool(_workers(self._client))

    def _result(self, future: Any) -> Any:
        from distributed import KilledWorker

        try:
            return future.result()
        except (CancelledError, OSError) as error:
            raise _unavailable(self._address, "is gone") from error
        except KilledWorker as error:
            raise _unavailable(self._address, "lost several workers, perhaps for lack of memory,") from error


def _putter(done: queue.SimpleQueue[int], number: int) -> Callable[[Any], None]:
    return lambda _: done.put(number)


def _read_and_tell(read: Reader, summary: Summary[T], block: Block) -> tuple[Pixels, T]:
    keep_for_the_run()
    try:
        pixels = read(block)
    except AnalysisError as error:
        # GDAL's errors behind it cannot travel; the worker's log has them.
        error.__cause__ = error.__context__ = None
        raise
    return pixels, summary(block, pixels)


def _first(both: tuple[Pixels, Any]) -> Pixels:
    return both[0]


def _second(both: tuple[Pixels, T]) -> T:
    return both[1]
