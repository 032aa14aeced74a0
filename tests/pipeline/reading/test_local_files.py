"""Files of this machine: GeoTIFFs and nothing that leads to further files."""

from dataclasses import replace
from pathlib import Path

import pytest
import rasterio
from rasterio.shutil import copy

from pipeline import ReadFailed
from pipeline.sentinel2.scene import Scene
from tests.pipeline.reading.test_reader import LEFT, TOP, dn, numbered, read, target
from tests.support.synthetic import scene, write_granule


@pytest.fixture
def granule(tmp_path: Path) -> Path:
    write_granule(tmp_path, numbered(), None, LEFT, TOP)
    return tmp_path


def local(granule: Path, *, uri: bool = False) -> Scene:
    one = scene("a", "http://127.0.0.1", scl=False)
    paths = {band: granule / f"{band}.tif" for band in one.bands}
    hrefs = {band: path.as_uri() if uri else str(path) for band, path in paths.items()}
    return replace(one, bands={band: replace(file, href=hrefs[band]) for band, file in one.bands.items()})


@pytest.mark.parametrize("uri", [False, True])
def test_geotiffs_are_read(granule: Path, uri: bool) -> None:
    found = read([local(granule, uri=uri)], target(LEFT, TOP, 40, 40))
    assert (dn(found) == numbered()[:, :40, :40]).all()


@pytest.mark.parametrize("kind", ["vrt", "html", "missing"])
def test_others_are_refused_in_words(granule: Path, kind: str) -> None:
    red = granule / "red.tif"
    if kind == "vrt":
        red.rename(granule / "hidden.tif")
        copy(str(granule / "hidden.tif"), str(granule / "red.vrt"), driver="VRT")
        (granule / "red.vrt").rename(red)
        with rasterio.open(red) as dataset:
            assert (dataset.read(1) == numbered()[2]).all(), "GDAL would read it"
    elif kind == "html":
        red.write_text("<html>hello</html>")
    else:
        red.unlink()
    words = "does not exist" if kind == "missing" else "not a GeoTIFF"
    with pytest.raises(ReadFailed, match=words):
        read([local(granule)], target(LEFT, TOP, 40, 40))
