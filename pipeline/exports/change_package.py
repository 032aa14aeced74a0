"""What changed between two dates in one zip: the tables, the GeoTIFF, and a README."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from pipeline.exports import change, change_long, change_raster
from pipeline.exports.provenance import credit, file_stem
from pipeline.exports.table import harmless

if TYPE_CHECKING:
    from pipeline.accuracy import CheckedChange
    from pipeline.result import Analysis

README = """Change of land-cover clusters, {before} to {after}

{sentence}
{season}
change.csv          hectares by what they were (rows) and what they became (columns)
change_long.csv     the same, a row for each pair, with the codes of the GeoTIFF
change.tif          three bands: class before, class after, and both as one number: 100 x before + after
                    (304 was class 3 and became class 4); 0 is masked, missing or outside on either date
{checked}
Both dates were labelled with one model: a number means the same on both.
Names are suggestions from the spectra.
{credit}
"""

CHECKED = """change_estimate.csv hectares of each change and of what stayed, estimated from checked points
change_points.json  those points and what was found there

{sentence}
{method}
"""
"""Where a sample of the change was labelled."""


def change_zip(analysis: Analysis) -> bytes:
    """Return the files of change of a result with a second date.

    Raises
    ------
    FileRefused
        When there is no second date.
    """
    from pipeline.explore.change import season_note

    second = change.second_of(analysis)
    season = season_note(analysis, second.analysis)
    readme = README.format(
        before=analysis.period_words,
        after=second.analysis.period_words,
        sentence=second.change.sentence,
        season=f"{season}\n" if season else "",
        checked=_told(second.checked),
        credit=credit(analysis),
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("change.csv", change.matrix_csv(analysis))
        package.writestr("change_long.csv", change_long.long_csv(analysis))
        package.writestr("change.tif", change_raster.change_geotiff_bytes(analysis), zipfile.ZIP_STORED)
        if second.checked is not None:
            table = second.checked.estimate.areas.rename(index=harmless)
            package.writestr("change_estimate.csv", table.round(4).to_csv().encode("utf-8-sig"))
            package.writestr("change_points.json", second.checked.design.to_json())
        package.writestr("README.txt", readme)
    return made.getvalue()


def _told(checked: CheckedChange | None) -> str:
    if checked is None:
        return ""
    return CHECKED.format(sentence=checked.sentence(), method=checked.estimate.sentence())


def change_name(analysis: Analysis) -> str:
    """Return the name under which the zip is saved."""
    second = change.second_of(analysis).analysis
    return f"change_to_{second.period_iso.replace('/', '_')}_{file_stem(analysis)}.zip"
