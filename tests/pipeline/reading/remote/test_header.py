"""The beginning of a GeoTIFF says the same as GDAL says of the file, or nothing at all."""

import random
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from pipeline.reading.remote.fault import FileFault
from pipeline.reading.remote.header import Layout, TiffTag, TooShort, layout_of
from tests.support.synthetic import write_tiff

LEFT, TOP = 600_000, 5_200_020


def pixels(rows: int = 300, columns: int = 400, dtype: str = "uint16") -> np.ndarray:
    return np.random.default_rng(1).integers(0, 200, (rows, columns)).astype(dtype)


def written(folder: Path, values: np.ndarray | None = None, **options: Any) -> Path:
    path = folder / "file.tif"
    write_tiff(path, pixels() if values is None else values, LEFT, TOP, **options)
    return path


def layout(path: Path) -> Layout | None:
    return layout_of(path.read_bytes())


def check_against_gdal(path: Path, found: Layout) -> None:
    with rasterio.open(path) as dataset:
        assert found.shape == dataset.shape
        assert found.dtype == dataset.dtypes[0]
        assert found.block_shape == dataset.block_shapes[0]
        assert found.nodata == dataset.nodata
        assert found.grid == {
            "crs": dataset.crs.to_epsg(),
            "transform": dataset.transform,
            "height": dataset.height,
            "width": dataset.width,
        }
        for (row, column), _ in dataset.block_windows(1):
            names = (f"BLOCK_{what}_{column}_{row}" for what in ("OFFSET", "SIZE"))
            told = tuple(int(dataset.get_tag_item(name, "TIFF", bidx=1)) for name in names)
            assert found.block(row, column) == told


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compress": None},
        {"predictor": 2},
        {"nodata": 0},
        {"BIGTIFF": "YES", "predictor": 2},
        {"tiled": False, "blockysize": 7},
        {"tiled": False, "blockysize": 1, "predictor": 2},
        {"blockxsize": 256, "blockysize": 64},
        {"overviews": (2, 4)},
        {"epsg": 32733, "step": 20},
    ],
)
@pytest.mark.parametrize("dtype", ["uint16", "uint8", "int16"])
def test_what_is_read_here_is_what_gdal_says(tmp_path: Path, options: dict[str, Any], dtype: str) -> None:
    path = written(tmp_path, pixels(dtype=dtype), **options)
    found = layout(path)
    assert found is not None
    check_against_gdal(path, found)


@pytest.mark.parametrize(
    "options",
    [
        {"compress": "lzw"},
        {"compress": "zstd"},
        {"ENDIANNESS": "BIG"},
        {"NBITS": "12"},
        {"photometric": "MINISWHITE"},
    ],
)
def test_unusual_files_are_left_to_gdal(tmp_path: Path, options: dict[str, Any]) -> None:
    assert layout(written(tmp_path, **options)) is None


@pytest.mark.parametrize("dtype", ["float32", "complex64", "uint32", "complex_int16"])
def test_other_kinds_of_numbers_are_left_to_gdal(tmp_path: Path, dtype: str) -> None:
    path = tmp_path / "file.tif"
    size = {"width": 64, "height": 64, "count": 1}
    affine = rasterio.Affine(10, 0, LEFT, 0, -10, TOP)
    with rasterio.open(
        path, "w", driver="GTiff", dtype=dtype, crs="EPSG:32632", transform=affine, **size
    ) as file:
        file.write(np.zeros((64, 64), "complex64" if "complex" in dtype else dtype), 1)
    assert layout(path) is None


def test_two_bands_or_no_place_on_earth_are_left_to_gdal(tmp_path: Path) -> None:
    for count, options in (
        (2, {"crs": "EPSG:32632"}),
        (1, {}),
        (1, {"crs": "EPSG:4326"}),
        (1, {"crs": "EPSG:32632", "AREA_OR_POINT": "Point"}),
    ):
        path = tmp_path / f"{count}{len(options)}.tif"
        affine = rasterio.Affine(10, 0, LEFT, 0, -10, TOP)
        tags = {key: options.pop(key) for key in list(options) if key.isupper()}
        size = {"width": 64, "height": 64, "count": count, "dtype": "uint16", "transform": affine}
        with rasterio.open(path, "w", driver="GTiff", **size, **options) as file:
            file.update_tags(**tags)
            file.write(np.ones((count, 64, 64), np.uint16))
        assert layout(path) is None, options


def test_what_lies_further_on_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, pixels(1000, 1000), blockxsize=16, blockysize=16)
    data = path.read_bytes()
    with pytest.raises(TooShort) as short:
        layout_of(data[:1024])
    found = layout_of(data[: max(short.value.size, 64 * 1024)])
    assert found is not None
    check_against_gdal(path, found)


@pytest.mark.parametrize("data", [b"", b"II", b"<html>hello</html>", b"\x89PNG\r\n", b"<VRTDataset/>"])
def test_what_is_no_geotiff_is_a_fault(data: bytes) -> None:
    with pytest.raises(FileFault, match="not recognized"):
        layout_of(data)


def test_blocks_of_gigabytes_are_refused(tmp_path: Path) -> None:
    data = bytearray(written(tmp_path).read_bytes())
    for tag in (TiffTag.TILE_WIDTH, TiffTag.TILE_HEIGHT):
        place = data.index(struct.pack("<HH", tag, 3)) + 8
        data[place : place + 4] = struct.pack("<I", 16384)
    with pytest.raises(FileFault, match="blocks of 16384 x 16384 pixels"):
        layout_of(bytes(data))


@pytest.mark.parametrize("big", ["NO", "YES"])
def test_broken_beginnings_are_refused_or_left_to_gdal(tmp_path: Path, big: str) -> None:
    """Thousands of broken headers: a layout, None, more bytes or a fault, and nothing else."""
    whole = written(tmp_path, BIGTIFF=big, predictor=2).read_bytes()
    numbers = random.Random(7)
    strange = [0, 1, 2**16 - 1, 2**31, 2**32 - 1, 12345678]
    for _ in range(3000):
        data = bytearray(whole[: numbers.choice([16, 200, 1000, 4000])])
        for _ in range(numbers.choice([1, 2, 6])):
            place = numbers.randrange(4, len(data))
            new = (
                struct.pack("<I", numbers.choice(strange)) if numbers.random() < 0.4 else numbers.randbytes(1)
            )
            data[place : place + len(new)] = new
        try:
            found = layout_of(bytes(data))
        except (FileFault, TooShort):
            continue
        if found is not None:
            assert min(found.block_shape) > 0
            assert len(found.offsets) == len(found.sizes) <= len(data)


@pytest.mark.real_scenes
def test_real_files_are_read_here(shared_dir: Path) -> None:
    paths = sorted(shared_dir.glob("sentinel2/*/*.tif"))
    assert len(paths) > 50
    for path in paths:
        with path.open("rb") as file:
            found = layout_of(file.read(16 * 1024))
        assert found is not None, path
        check_against_gdal(path, found)
