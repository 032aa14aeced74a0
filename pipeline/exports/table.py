"""The areas as CSV that both Excel and pandas open: one row a class, one line of names above."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.result import Analysis

BYTE_ORDER_MARK = "\ufeff"
"""By it Excel knows UTF-8; pandas and Python's "utf-8-sig" pass over it."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run as a formula when a name begins with it."""


def csv_bytes(analysis: Analysis) -> bytes:
    """Return the table of areas as CSV (RFC 4180, UTF-8, decimal points).

    Columns: cluster (0: masked or missing), name, color, pixels, hectares (grid area), share (0..1 of the
    area), hectares_true (on the ellipsoid), date, scenes, catalog. The rows sum to the area.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        [
            "cluster",
            "name",
            "color",
            "pixels",
            "hectares",
            "share",
            "hectares_true",
            "date",
            "scenes",
            "catalog",
        ]
    )
    where_from = (
        analysis.date.isoformat(),
        " ".join(_harmless(s.id) for s in analysis.scenes),
        _harmless(analysis.request.catalog),
    )
    for cluster, row in analysis.areas.iterrows():
        ha = float(row["hectares"])
        numbers = (f"{ha:.2f}", f"{row['share']:.6f}", f"{ha * analysis.true_area_factor:.4f}")
        writer.writerow(
            [cluster, _harmless(str(row["name"])), row["color"], row["pixels"], *numbers, *where_from]
        )
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
