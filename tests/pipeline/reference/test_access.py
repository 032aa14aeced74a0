"""Files of reference maps: only GeoTIFFs, only where they may lie, whatever an API or a redirect says."""

import shutil
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
import rasterio

from pipeline.errors import ReadFailed
from pipeline.reading.remote.fault import FileFault
from pipeline.reference import files
from pipeline.reference.access import checked
from pipeline.reference.profiles import IO_LAND_COVER, Reference, find
from tests.pipeline.conftest import Folder
from tests.support.servers import requests_to

PLACE = {"crs": "EPSG:32632", "transform": rasterio.Affine(10, 0, 600_000, 0, -10, 5_200_000)}
VRT = """<VRTDataset rasterXSize="8" rasterYSize="8"><SRS>EPSG:32632</SRS>
<GeoTransform>600000, 10, 0, 5200000, 0, -10</GeoTransform><VRTRasterBand dataType="Byte" band="1">
<SimpleSource><SourceFilename>{}</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>
</VRTDataset>"""


@pytest.fixture
def own(folder: Folder) -> Path:
    path = folder.path / "own.tif"
    kind = {"driver": "GTiff", "dtype": "uint8", "count": 1, "height": 8, "width": 8, "nodata": 0}
    with rasterio.open(path, "w", **kind, **PLACE) as dataset:
        dataset.write(np.full((8, 8), 3, np.uint8), 1)
    return path


def value(reference: Reference, href: str) -> int:
    """Return the first pixel of a map."""
    with ExitStack() as stack:
        opened = files.opened(reference, [href], stack)
        return int(opened.datasets[0].read(1)[0, 0])


def test_a_script_names_any_geotiff_of_its_machine_and_any_address(own: Path, folder: Folder) -> None:
    for href in (str(own), own.as_uri(), f"{folder.url}/own.tif"):
        assert value(find(href), href) == 3


def test_text_that_names_other_files_is_no_map(own: Path, folder: Folder) -> None:
    """GDAL takes such a text for an image, and reads the file that it names."""
    for name in ("local.tif", "web.tif"):
        (folder.path / name).write_text(VRT.format(own))
    with rasterio.open(folder.path / "local.tif") as dataset:
        assert dataset.read(1)[0, 0] == 3
    with pytest.raises(ReadFailed, match=r"local\.tif could not be opened\. Is it a GeoTIFF\?"):
        value(find("local.tif"), str(folder.path / "local.tif"))
    with pytest.raises(ReadFailed):
        value(find(f"{folder.url}/web.tif"), f"{folder.url}/web.tif")


@pytest.mark.parametrize("prefix", ["GTIFF_DIR:1:", "/vsicurl/http://127.0.0.1:9", "s3://bucket"])
def test_gdals_own_names_for_files_are_no_paths(own: Path, prefix: str) -> None:
    with pytest.raises(ReadFailed, match="could not be opened"):
        value(find(f"{prefix}{own}"), f"{prefix}{own}")


def test_a_redirect_is_followed_by_us_and_only_out_of_this_network(own: Path, folder: Folder) -> None:
    moved = f"{folder.url}/moved.tif?to="
    asked = len(requests_to(folder.server))
    href = moved + quote(f"{folder.url}/own.tif")
    assert value(find(href), href) == 3
    redirected = [r for r in requests_to(folder.server)[asked:] if "moved.tif" in str(r["path"])]
    assert len(redirected) == 1, "GDAL is given the address at the end"
    with pytest.raises(ReadFailed, match="leads to where none"):
        value(find(moved), moved + quote("http://10.0.0.1/own.tif"))


@pytest.mark.parametrize(
    "href", ["{own}", "file://{own}", "http://127.0.0.1:9/own.tif", "https://me:word@elsewhere.example/a.tif"]
)
def test_an_api_names_no_local_file_no_address_of_this_network_and_no_password(own: Path, href: str) -> None:
    with pytest.raises(FileFault, match="redirected"):
        checked(href.format(own=own), IO_LAND_COVER)
    with pytest.raises(ReadFailed, match="leads to where none"):
        value(IO_LAND_COVER, href.format(own=own))


def test_an_api_of_this_network_may_name_files_beside_it(own: Path, folder: Folder) -> None:
    reference = replace(IO_LAND_COVER, api=folder.server)
    assert value(reference, f"{folder.url}/own.tif") == 3
    shutil.copy(own, folder.path / "other.tif")
    with pytest.raises(ReadFailed, match="leads to where none"):
        value(reference, str(folder.path / "other.tif"))
