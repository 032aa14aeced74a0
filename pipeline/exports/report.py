"""The report: one page of HTML that needs nothing from outside, to read, print and keep."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.clustering.features import FEATURES, plain_bands, words
from pipeline.explore.spectra import bands_of, signatures_of
from pipeline.exports import change, zones
from pipeline.exports.formats import Format
from pipeline.exports.map_figure import map_pictures, map_svg
from pipeline.exports.provenance import SOFTWARE, credit, model_words, names_are, versions
from pipeline.exports.sample import report_section
from pipeline.exports.spectra_figure import spectra_svg
from pipeline.reading.ways import way_of
from pipeline.sentinel2.platforms import MISSION, PLATFORMS
from pipeline.text import day_words, hectares, listed_days, percent, period_words

if TYPE_CHECKING:
    from pipeline.result import Analysis

CSS = Path(__file__).with_name("report.css")
MANY = 9
"""More rows than this stand closer."""
DARK = 120
"""Perceived brightness (0..255) below which a number on a colour is white."""
METHOD = (
    "Every pixel has {n} values: {features}. Clouds, shadows and missing data are left out with the image's "
    "own scene classification. "
    "k-means then puts pixels of similar values into one cluster: each belongs to the cluster whose mean is "
    "nearest, with all values on a common scale. Nobody told it what water or forest is, so clusters are "
    "spectral groups; their names are {names}. Hectares are "
    "counted pixels."
)


def report_html(analysis: Analysis) -> str:
    """Return the report as HTML: no script, no request to anywhere, one A4 page when printed.

    Map with and without clusters, hectares, spectra, scenes, offset decision, parameters, method, notes,
    attribution and versions. All that comes from a user or a catalogue is escaped.
    """
    image, clusters = map_pictures(analysis.overlays.true_colour, analysis.overlays.clusters)
    day = analysis.period_words
    colors = analysis.areas["color"].tolist()[1:]
    bands = [(band.number, float(band.wavelength_nm)) for band in bands_of(analysis)]
    spectra = spectra_svg(signatures_of(analysis)[: len(colors)], colors, bands)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Land-cover clusters, {day}</title>
<style>
{CSS.read_text("utf-8")}</style>
</head>
<body>
<h1>What covers this land, {day}</h1>
<p class="muted">{escape(_place(analysis))}</p>
<div class="pair map">
<figure>{map_svg(image, "Satellite image in true colour")}
<figcaption>Sentinel-2 in true colour, north up</figcaption></figure>
<figure>{map_svg(clusters, "Clusters over the image")}
<figcaption>Clusters over the image</figcaption></figure>
</div>
<div class="pair">
<section><h2>Hectares</h2>
{_table(analysis)}</section>
<figure><h2>Mean reflectance per band (nm)</h2>
{spectra}
<figcaption>Lines carry the clusters' numbers; bars are one standard deviation up and down.</figcaption>
<section class="small"><h2>How it was made</h2>
<p>{escape(_method(analysis))}</p></section></figure>
</div>
{report_section(analysis)}
{zones.report_section(analysis)}
{change.report_section(analysis)}
<div class="pair">
<section><h2>Image</h2>
{_list(_image_facts(analysis))}</section>
<section><h2>Settings</h2>
{_list(_settings(analysis))}</section>
</div>
{_notes(analysis)}
<footer>{escape(credit(analysis))}. {escape(SOFTWARE)}; {escape(_software())}.</footer>
</body>
</html>
"""


def _method(analysis: Analysis) -> str:
    features = analysis.model.features
    titles = [
        FEATURES[name].title.lower() if FEATURES[name].is_band else name for name in plain_bands(features)
    ]
    return METHOD.format(n=len(features), features=", ".join(titles), names=names_are(analysis))


def _place(analysis: Analysis) -> str:
    area = analysis.request.area
    where = f"{_degrees(area.latitude, 'N', 'S')}, {_degrees(area.longitude, 'E', 'W')}"
    shape = f"square of {area.size_km:g} km" if area.size_km is not None else "polygon"
    total = hectares(float(analysis.areas["hectares"].sum()))
    return f"{where}, {shape}, {total} ha, {percent(analysis.clear_share)} of it clear"


def _degrees(value: float, positive: str, negative: str) -> str:
    return f"{abs(value):.4f}° {positive if value >= 0 else negative}"


def _table(analysis: Analysis) -> str:
    areas = analysis.areas
    longest = float(areas["share"].max())
    rows = []
    for number, row in [*areas.iloc[1:].iterrows(), *areas.iloc[:1].iterrows()]:
        color, share = str(row["color"]), float(row["share"])
        style = f"background:{escape(color)};color:{_ink(color)}"
        chip = f'<span class="chip" style="{style}">{number if number != 0 else "–"}</span>'
        rows.append(
            f"<tr><td>{chip}{escape(str(row['name']))}{_bar(share, longest, color)}</td>"
            f"<td>{hectares(float(row['hectares']))}</td><td>{percent(share)}</td></tr>"
        )
    total = hectares(float(areas["hectares"].sum()))
    rows.append(f"<tr><td>Whole area</td><td>{total}</td><td>100 %</td></tr>")
    head = "<tr><th>Cluster</th><th>ha</th><th>%</th></tr>"
    kind = ' class="many"' if len(areas) > MANY else ""
    return f"<table{kind}><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"


def _bar(share: float, longest: float, color: str) -> str:
    """Return the bar of a row: its length is the share of the longest one."""
    width = 100 * share / longest if longest else 0
    return (
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{max(width, 0.6 if share else 0):.2f}" height="10" fill="{escape(color)}" '
        'stroke="#14212b" stroke-opacity=".35" stroke-width=".3"/></svg>'
    )


def _ink(color: str) -> str:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return "#fff" if 0.299 * red + 0.587 * green + 0.114 * blue < DARK else "#14212b"


def _image_facts(analysis: Analysis) -> Iterator[tuple[str, str]]:
    from pipeline.area.grid import epsg_of

    scenes = analysis.scenes
    yield "Scene" if len(scenes) == 1 else "Scenes", ", ".join(s.id for s in scenes)
    platforms = ", ".join(dict.fromkeys(PLATFORMS.get(s.platform, MISSION) for s in scenes))
    if analysis.is_composite:
        yield "Acquired", f"{listed_days(analysis.days)}; {platforms}"
        yield "Combined", composite_words(analysis)
    else:
        first = scenes[0].datetime
        yield "Acquired", f"{day_words(first.date())}, {first:%H:%M} UTC, {platforms}"
    tiles = ", ".join(dict.fromkeys(s.tile for s in scenes if s.tile))
    if tiles:
        yield "Tile", tiles
    clouds = [f"{s.cloud_cover:.1f} %" for s in scenes if s.cloud_cover is not None]
    if clouds:
        yield "Clouds", f"{', '.join(clouds)} of the whole tile"
    yield "Offset", "; ".join(dict.fromkeys(s.offset.words for s in scenes))
    yield "Grid", f"{analysis.resolution_m:g} m, EPSG:{epsg_of(analysis.grid)}"


def composite_words(analysis: Analysis) -> str:
    """Return how several acquisitions became one image."""
    way = way_of(analysis.request.composite)
    return f"{way.words} in each of {analysis.request.periods} equal periods" if way.in_periods else way.words


def _settings(analysis: Analysis) -> Iterator[tuple[str, str]]:
    request = analysis.request
    yield (
        "Period",
        f"{period_words(request.start, request.end)}, clouds at most {request.max_cloud_cover:g} %",
    )
    yield "Catalogue", request.catalog
    yield "Looked at", words(analysis.model.features)
    yield (
        "Clusters",
        f"{analysis.model.n_clusters} of a {model_words(analysis)}"
        if analysis.model_given
        else f"{analysis.model.n_clusters} of k-means, seed {analysis.model.seed}",
    )
    yield "Names", names_are(analysis)
    if analysis.edits is not None and not analysis.names_from:
        yield "Edited", "classes were renamed, recoloured or merged by hand"
    if analysis.smallest_patch_ha:
        yield "Sieved", f"patches below {analysis.smallest_patch_ha:g} ha joined their neighbours"
    yield "Masked", f"scene classes {', '.join(map(str, request.mask_classes)) or 'none'}"
    if request.mask_buffer_m:
        yield "Mask widened", f"by {request.mask_buffer_m:g} m around clouds and their shadows"
    factor = analysis.true_area_factor
    yield "True area", f"{factor:.5f} × the hectares above, which are counted on the UTM grid"


def _list(facts: Iterator[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in facts) + "</dl>"


def _notes(analysis: Analysis) -> str:
    if not analysis.notes:
        return ""
    lines = "".join(f"<li>{escape(n)}</li>" for n in analysis.notes)
    return f'<section class="small"><h2>To know</h2><ul>{lines}</ul></section>'


def _software() -> str:
    return ", ".join(f"{name} {number}" for name, number in versions().items())


FORMAT = Format(
    80,
    "report",
    "Report",
    ".html",
    "text/html",
    "One page to read or print",
    report_html,
)
