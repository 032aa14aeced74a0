"""Files of a change between two dates: which class became which as a table, and per pixel as a GeoTIFF.

They belong to two results, so they are no `FORMAT` in the list of one.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, BinaryIO

from pipeline.exports.geotiff import write_cog
from pipeline.exports.provenance import as_tags, credit, file_stem, tags
from pipeline.exports.table import harmless
from pipeline.exports.zones import as_csv, ha

if TYPE_CHECKING:
    from pipeline.explore.change import Change
    from pipeline.result import Analysis

HUNDRED = 100
"""From-to codes are 100 x the class before + the class after: 304 was class 3 and became class 4."""
README = """Change of land-cover clusters, {before} to {after}

{sentence}
{season}
change_matrix.csv   hectares by what they were (rows) and what they became (columns)
change_long.csv     the same, a row for each pair, with the codes of the GeoTIFF
change.tif          three bands: class before, class after, and both as one number: 100 x before + after
                    (304 was class 3 and became class 4); 0 is masked, missing or outside on either date

Both dates were labelled with one model: a number means the same on both.
Names are suggestions from the spectra.
{credit}
"""


def matrix_csv(change: Change) -> bytes:
    """Return hectares from (rows) to (columns) as CSV, with sums; what is masked is left out."""
    names = [harmless(f"{n} {name}") for n, name in change.clusters["name"].items()]
    values = change.matrix.to_numpy()
    rows: list[list[Any]] = [["from / to", *names, "before"]]
    rows += [
        [name, *map(ha, row), ha(row.sum())] for name, row in zip(names, values.astype(float), strict=True)
    ]
    rows.append(["after", *map(ha, values.sum(axis=0)), ha(values.sum())])
    return as_csv(rows)


def long_csv(change: Change) -> bytes:
    """Return hectares for each pair of classes, and what is masked on either date, as CSV."""
    names = {
        int(n): harmless(str(name))
        for n, name in zip(change.clusters.index, change.clusters["name"], strict=True)
    }
    rows: list[list[Any]] = [["code", "from", "from_name", "to", "to_name", "hectares"]]
    values = change.matrix.to_numpy().tolist()
    for (first, name), row in zip(names.items(), values, strict=True):
        for (second, other), value in zip(names.items(), row, strict=True):
            rows.append([HUNDRED * first + second, first, name, second, other, ha(value)])
    rows += [["", "", f"masked {which}", "", "", ha(value)] for which, value in change.masked.items()]
    return as_csv(rows)


def write_change_geotiff(before: Analysis, after: Analysis, file: BinaryIO) -> None:
    """Write a cloud-optimised GeoTIFF of three bands: class before, class after, from-to.

    uint16, nodata 0 (masked, missing or outside; in the third band on either date), UTM, 10 m. The tags are
    those of the first result, and the scenes of the second.
    """
    import numpy as np
    from rasterio.windows import Window

    def fill(dataset: Any) -> None:
        for block in before.raster.blocks:
            window = Window(block.column, block.row, block.width, block.height)
            first, second = (
                a.raster.window(block.rows, block.columns).astype(np.uint16) for a in (before, after)
            )
            both = np.where((first > 0) & (second > 0), HUNDRED * first + second, 0).astype(np.uint16)
            dataset.write(np.stack([first, second, both]), window=window)
        more = {
            "SECOND_SCENES": [scene.id for scene in after.scenes],
            "SECOND_DATE": after.period_iso,
            "FROM_TO_IS": "100 x class before + class after; 0: masked, missing or outside on either date",
        }
        dataset.update_tags(**{**tags(before), **as_tags(more)})
        for number, words in enumerate(_bands(before, after), start=1):
            dataset.set_band_description(number, words)

    profile = {"count": 3, "nodata": 0, "dtype": "uint16"}
    write_cog(before.grid, profile, fill, file, overview_resampling="NEAREST")


def change_zip(before: Analysis, after: Analysis, change: Change, season: str = "") -> bytes:
    """Return a zip: the matrix, the long table, the GeoTIFF, and a README.

    Parameters
    ----------
    before, after : Analysis
        The two results, compared by `pipeline.explore.change.compare`.
    change : Change
        The comparison.
    season : str
        What there is to say of their seasons.
    """
    raster = io.BytesIO()
    write_change_geotiff(before, after, raster)
    readme = README.format(
        before=before.period_words,
        after=after.period_words,
        sentence=change.sentence,
        season=f"{season}\n" if season else "",
        credit=credit(before),
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("change_matrix.csv", matrix_csv(change))
        package.writestr("change_long.csv", long_csv(change))
        package.writestr("change.tif", raster.getvalue(), zipfile.ZIP_STORED)
        package.writestr("README.txt", readme)
    return made.getvalue()


def change_name(before: Analysis, after: Analysis) -> str:
    """Return the name under which the zip is saved."""
    return f"change_to_{after.period_iso.replace('/', '_')}_{file_stem(before)}.zip"


def _bands(before: Analysis, after: Analysis) -> tuple[str, str, str]:
    return f"cluster {before.period_iso}", f"cluster {after.period_iso}", "from_to"
