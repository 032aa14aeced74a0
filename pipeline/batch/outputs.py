"""The files of a whole batch: one long CSV, one GeoPackage, one index of reports."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.batch.records import Record, replace_text
from pipeline.exports.table import BYTE_ORDER_MARK, FORMULA
from pipeline.text import hectares, percent

if TYPE_CHECKING:
    from pipeline.batch.run import ManyPlaces

TABLE, PACKAGE, INDEX = "areas.csv", "places.gpkg", "index.html"
COLUMNS = (
    *("place", "state", "sentence", "longitude", "latitude", "date", "scenes"),
    *("cluster", "name", "color", "pixels", "hectares", "share", "hectares_true", "model"),
)
"""Of the long table; ``sentence`` says why a place failed, or which of its files could not be made."""
CSS = """
body { font: 15px/1.5 system-ui, sans-serif; color: #14212b; }
body { margin: 24px auto; max-width: 1200px; padding: 0 16px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { text-align: right; padding: 4px 8px; border-top: 1px solid #dde3e8; vertical-align: top; }
th { font-weight: 400; color: #51606d; border-top: 0; }
th:first-child, td:first-child, td.words { text-align: left; overflow-wrap: anywhere; }
th:first-child { min-width: 140px; }
.whole { white-space: nowrap; }
.chip { display: inline-block; width: 12px; height: 12px; border: 1px solid #14212b59; margin-right: 4px; }
.muted { color: #51606d; }
"""


def write_all(result: ManyPlaces) -> None:
    """Write the table, the GeoPackage and the index; each is there whole or not at all."""
    replace_text(result.folder / TABLE, table(result.records))
    package(result.records, result.folder / PACKAGE, result.folder / "places")
    replace_text(result.folder / INDEX, index(result))


def rows(record: Record) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a place: one a cluster (0: masked or missing), or one with why there is none."""
    head = (record.name, record.state, record.sentence, record.longitude, record.latitude)
    where_from = (record.day or None, " ".join(record.scenes) or None)
    if not record.done:
        yield (*head, *where_from, *(None,) * 7, None)
    for row in record.areas:
        ha = float(row["hectares"])
        yield (
            *(*head, *where_from),
            *(row["cluster"], row["name"], row["color"], row["pixels"]),
            *(ha, row["share"], round(ha * record.true_area_factor, 4), record.model),
        )


def table(records: Sequence[Record]) -> str:
    """Return the long table as CSV (RFC 4180, UTF-8 with byte order mark)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for record in records:
        writer.writerows([_harmless(value) for value in row] for row in rows(record))
    return BYTE_ORDER_MARK + text.getvalue()


def _harmless(value: Any) -> Any:
    """Return a value that no spreadsheet runs as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def package(records: Sequence[Record], path: Path, folder: Path) -> None:
    """Write a GeoPackage in longitude and latitude (WGS 84), one place after the other.

    Layer ``classes``: one multipolygon a place and class, with its hectares on the place's own UTM grid.
    Layer ``places``: the centre of each place with its result, or why it failed.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part.gpkg")
    partial.unlink(missing_ok=True)
    try:
        for record in records:
            if "geojson" in record.files:
                values = json.loads((folder / record.files["geojson"]).read_text("utf-8"))
                _write_classes(record, values["features"], partial)
        _write_places(records, partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _write_classes(record: Record, features: Sequence[Mapping[str, Any]], path: Path) -> None:
    import shapely

    if not features:
        return
    told = [feature["properties"] for feature in features]
    fields = {
        "place": [record.name] * len(told),
        "date": [record.day] * len(told),
        **{name: [t[name] for t in told] for name in ("class", "name", "color", "pixels", "hectares")},
    }
    geometries = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
    _append(path, "classes", geometries, "MultiPolygon", fields)


def _write_places(records: Sequence[Record], path: Path) -> None:
    from shapely.geometry import Point

    names = ("name", "state", "sentence", "day", "hectares", "clear_share", "model", "credit")
    fields = {name: [getattr(record, name) for record in records] for name in names}
    fields["notes"] = [" ".join(record.notes) for record in records]
    points = [
        None if r.longitude is None or r.latitude is None else Point(r.longitude, r.latitude) for r in records
    ]
    _append(path, "places", points, "Point", fields)


def _append(
    path: Path, layer: str, geometries: Sequence[Any], kind: str, fields: Mapping[str, Sequence[Any]]
) -> None:
    import numpy as np
    import shapely
    from pyogrio import list_layers, raw

    there = path.exists() and layer in list_layers(path)[:, 0]
    columns = [np.array(values, object if isinstance(values[0], str) else None) for values in fields.values()]
    raw.write(
        path,
        geometry=shapely.to_wkb(np.array(geometries, object)),
        field_data=columns,
        fields=list(fields),
        layer=layer,
        driver="GPKG",
        geometry_type=kind,
        crs="EPSG:4326",
        append=there or path.exists(),
    )


def index(result: ManyPlaces) -> str:
    """Return the index as HTML: every place with its hectares and its report; all text is escaped."""
    classes = next(([*r.areas[1:], r.areas[0]] for r in result.records if r.done), [])
    heads = "".join(
        f'<th><span class="chip" style="background:{escape(c["color"])}"></span>{escape(c["name"])}, ha</th>'
        for c in classes
    )
    done = sum(record.done for record in result.records)
    model = f"Model {result.model.fingerprint}. " if result.model is not None else ""
    credits = "; ".join(dict.fromkeys(record.credit for record in result.records if record.done))
    lines = "\n".join(_line(record, [c["cluster"] for c in classes]) for record in result.records)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Land-cover clusters of {len(result.records)} places</title><style>{CSS}</style></head><body>
<h1>Land-cover clusters of {len(result.records)} places</h1>
<p>{done} of {len(result.records)} places have numbers. {model}A class means the same in every place;
the names are suggestions from the spectra, not checked on the ground.
<a href="{TABLE}">Table (CSV)</a>, <a href="{PACKAGE}">GeoPackage</a></p>
<table><tr><th>Place</th><th>Day</th><th>Clear</th>{heads}<th>Files</th></tr>
{lines}
</table>
<p class="muted">{escape(credits)}</p>
</body></html>
"""


def _line(record: Record, clusters: Sequence[int]) -> str:
    name = escape(record.name)
    if not record.done:
        sentence = escape(record.sentence)
        return f'<tr><td>{name}</td><td class="words" colspan="{len(clusters) + 3}">{sentence}</td></tr>'
    by_cluster = {row["cluster"]: float(row["hectares"]) for row in record.areas}
    numbers = "".join(f"<td>{hectares(by_cluster.get(n, 0.0))}</td>" for n in clusters)
    titles = {"report": "report", "geotiff": "GeoTIFF", "geojson": "GeoJSON"}
    links = ", ".join(
        f'<a href="places/{escape(record.files[key])}">{title}</a>'
        for key, title in titles.items()
        if key in record.files
    )
    told = f"<br>{escape(record.sentence)}" if record.sentence else ""
    clear = percent(record.clear_share)
    head = f'<td>{name}</td><td class="whole">{escape(record.day)}</td><td class="whole">{clear}</td>'
    return f'<tr>{head}{numbers}<td><span class="whole">{links}</span>{told}</td></tr>'
