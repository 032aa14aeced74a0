"""A sample as a file: saved for QGIS, Collect Earth or later, and opened again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ipywidgets as ipw

from widgets.form.upload import Upload
from widgets.toolkit.parts import column, html, push_button, row

if TYPE_CHECKING:
    from pipeline.accuracy import SamplingDesign

MAX_BYTES = 5_000_000
ENDINGS = [".json", ".geojson", ".gpkg"]
OPEN = "Open a sample: JSON, or GeoJSON and GeoPackage that came back from QGIS or Collect Earth."


@dataclass(frozen=True)
class Kind:
    """One way to write a sample."""

    title: str
    ending: str
    mime: str
    made: Callable[[SamplingDesign], bytes]


KINDS = (
    Kind("JSON", ".json", "application/json", lambda d: d.to_json().encode()),
    Kind("GeoJSON", ".geojson", "application/geo+json", lambda d: d.to_geojson().encode()),
    Kind("GeoPackage", ".gpkg", "application/geopackage+sqlite3", lambda d: d.to_geopackage()),
)


class SampleFiles(ipw.VBox):
    """Buttons that save the sample, and one that opens a file.

    Parameters
    ----------
    guard : callable
        Wraps callbacks.
    on_save : callable
        Called with the kind of file that is wanted.
    on_open : callable
        Called with the content of a file.
    on_refused : callable
        Called with a sentence on a file that was not even sent.
    """

    def __init__(
        self,
        guard: Callable[[Callable[..., None]], Callable[..., None]],
        on_save: Callable[[Kind], None],
        on_open: Callable[[bytes], None],
        on_refused: Callable[[str], None],
    ) -> None:
        def save(kind: Kind) -> ipw.Button:
            return push_button(kind.title, guard(lambda: on_save(kind)))

        def refused(name: str, n_bytes: int) -> None:
            size = (
                f"{n_bytes / 1e6:.1f} MB, at most {MAX_BYTES / 1e6:g} MB" if n_bytes else "it cannot be read"
            )
            on_refused(f"{name} is no sample: {size}.")

        upload = Upload(ENDINGS, MAX_BYTES, guard(lambda _name, content: on_open(content)), guard(refused))
        self._saving = column(
            "eo-check-saving",
            html("Take the points to QGIS or Collect Earth, or keep them:", "eo-muted"),
            row("eo-actions", *(save(kind) for kind in KINDS)),
        )
        self._opening = column("eo-check-opening", html(OPEN, "eo-muted"), upload)
        super().__init__([self._opening])
        self.add_class("eo-check-files")

    def show(self, *, has_sample: bool) -> None:
        """Offer only files that can be saved."""
        self.children = (self._saving, self._opening) if has_sample else (self._opening,)


def opened(content: bytes, present: SamplingDesign | None) -> SamplingDesign:
    """Return the sample in a file; labels alone are taken for the present one.

    Raises
    ------
    InvalidRequest
        For anything else.
    """
    from pipeline.accuracy import SamplingDesign
    from pipeline.errors import InvalidRequest

    try:
        return SamplingDesign.from_file(content)
    except InvalidRequest:
        if present is None:
            raise
        return present.with_labels_from(content)
