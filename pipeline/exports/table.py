"""The areas as CSV that both Excel and pandas open: one row a class, one line of names above."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from pipeline.exports import sample
from pipeline.exports.formats import Format
from pipeline.exports.provenance import model_words

if TYPE_CHECKING:
    from pipeline.result import Analysis

BYTE_ORDER_MARK = "\ufeff"
"""By it Excel knows UTF-8; pandas and Python's "utf-8-sig" pass over it."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run as a formula when a name begins with it."""


COLUMNS = {
    "cluster": "Integer",
    "name": "String",
    "color": "String",
    "pixels": "Integer64",
    "hectares": "Real",
    "share": "Real",
    "hectares_true": "Real",
    "date": "Date",
    "scenes": "String",
    "catalog": "String",
    "features": "String",
    "model": "String",
    "smallest_patch_ha": "Real",
}
"""Columns with their types as GDAL and QGIS name them."""


def csvt_text(analysis: Analysis) -> str:
    """Return the side-car of the table (``.csvt``), by which QGIS knows numbers from text."""
    return ",".join(f'"{kind}"' for kind in _columns(analysis).values()) + "\n"


def _columns(analysis: Analysis) -> dict[str, str]:
    """Return the columns of an analysis' table with their types; those of a sample come last.

    Of many dates the column "date" holds a period, ``2022-01-01/2022-12-31``, which is no date.
    """
    when = {"date": "String"} if analysis.is_composite else {}
    checked = {} if analysis.checked is None else dict.fromkeys(sample.COLUMNS, "Real")
    return COLUMNS | when | checked


def csv_bytes(analysis: Analysis) -> bytes:
    """Return the table of areas as CSV (RFC 4180, UTF-8, decimal points).

    Columns: cluster (0: masked or missing), name, color, pixels, hectares (grid area), share (0..1 of the
    area), hectares_true (on the ellipsoid), date, scenes, catalog, features, model (fitted on this image, or
    which saved one), smallest_patch_ha (0: not sieved). The rows sum to the area. Where the land was checked
    (`Analysis.checked`): estimated_ha with low_ha and high_ha, users_accuracy, producers_accuracy; classes
    that were found on the land only follow as rows of 0 pixels.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_columns(analysis))
    where_from = (
        analysis.period_iso,
        " ".join(harmless(s.id) for s in analysis.scenes),
        harmless(analysis.request.catalog),
        " ".join(analysis.model.features),
        harmless(model_words(analysis)),
        f"{analysis.smallest_patch_ha:g}",
    )
    checked = analysis.checked
    estimates = [] if checked is None else sample.rows(analysis, checked)
    figures = [[_number(v) for v in row.values()] for row in estimates]
    for place, (cluster, row) in enumerate(analysis.areas.iterrows()):
        ha = float(row["hectares"])
        numbers = (f"{ha:.2f}", f"{row['share']:.6f}", f"{ha * analysis.true_area_factor:.4f}")
        writer.writerow(
            [
                *(cluster, harmless(str(row["name"])), row["color"], row["pixels"], *numbers, *where_from),
                *(figures[place] if figures else ()),
            ]
        )
    n_rows = len(analysis.areas)
    for number, name in enumerate(checked.added if checked is not None else (), start=n_rows):
        nothing = ("", 0, "0.00", "0.000000", "0.0000")
        writer.writerow([number, harmless(name), *nothing, *where_from, *figures[number]])
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _number(value: float) -> str:
    return "" if value != value else f"{value:.4f}"


def harmless(text: str) -> str:
    """Return text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


FORMAT = Format(
    40,
    "table",
    "Table (CSV)",
    ".csv",
    "text/csv",
    "Hectares of every cluster, for Excel and pandas",
    csv_bytes,
)
