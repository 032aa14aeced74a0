"""Zones in files: two tables, a layer with the file's own attributes, a section of the report."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyogrio
import pytest

from pipeline import Analysis, analyse
from pipeline.errors import FileRefused
from pipeline.exports import zones, zones_long
from pipeline.exports.files import Files, file_name, make
from tests.pipeline.conftest import Land
from tests.pipeline.explore.test_zones import EAST, SOUTH, WEST, parcels


@pytest.fixture(scope="module")
def zoned(land: Land) -> Analysis:
    area = parcels(
        WEST, EAST, SOUTH, FID=[7, 8, 9], owner=["=1+1", "Böden <b>", None], hectares=[1.5, None, 2]
    )
    return analyse(replace(land.request(), area=area))


def read(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")


def test_the_wide_table_is_that_of_the_analysis(zoned: Analysis) -> None:
    table = read(zones.wide_csv(zoned))
    classes = list(zoned.zone_table.classes)
    assert list(table["zone"]) == [1, 2, 3]
    assert table["owner"][0] == "'=1+1", "a spreadsheet must not run it"
    for name in classes:
        assert list(table[name]) == pytest.approx(list(zoned.zones[name]))
    assert list(table["cloud or masked"] + table["missing"]) == pytest.approx(list(zoned.zones["masked"]))


def test_the_long_table_sums_to_the_zones(zoned: Analysis) -> None:
    table = read(zones_long.long_csv(zoned))
    classes = [*zoned.zone_table.classes, "cloud or masked", "missing"]
    assert len(table) == 3 * len(classes)
    assert set(table["class"]) == set(classes)
    assert table.groupby("zone")["share"].sum().tolist() == pytest.approx([1, 1, 1], abs=1e-5)
    assert "hectares (attribute)" in table
    assert table.groupby("zone")["hectares"].sum().tolist() == pytest.approx(
        zoned.zone_table.total_ha.tolist()
    )
    assert set(table["date"]) == {"2022-06-17"}


def test_the_geopackage_has_the_zones_with_the_attributes_of_the_file(
    zoned: Analysis, tmp_path: Path
) -> None:
    path = tmp_path / "made.gpkg"
    path.write_bytes(make(zoned, "geopackage"))
    assert zones.LAYER in [name for name, _ in pyogrio.list_layers(path)]
    found = pyogrio.read_dataframe(path, layer=zones.LAYER)
    assert list(found["FID (attribute)"]) == [7, 8, 9], "the layer has a key of its own"
    assert list(found["owner"]) == ["=1+1", "Böden <b>", None]
    assert found["hectares (attribute)"].iloc[0] == 1.5
    totals = zoned.zone_table.total_ha.tolist()
    assert found["hectares"].tolist() == pytest.approx(totals)
    assert (found.geometry.area / 1e4).tolist() == pytest.approx(totals, rel=0.02)
    for name in zoned.zone_table.classes:
        assert found[name].tolist() == pytest.approx(zoned.zones[name].tolist())


def test_the_report_lists_zones_by_their_names(zoned: Analysis) -> None:
    report = make(zoned, "report").decode()
    assert "Hectares by zone" in report
    assert "Böden &lt;b&gt;" in report or "<th>8</th>" in report
    assert "Böden <b>" not in report


def test_a_square_has_no_zones_to_write(done: Analysis) -> None:
    for table in (zones.wide_csv, zones_long.long_csv):
        with pytest.raises(FileRefused, match="no zones"):
            table(done)
    assert "by zone" not in make(done, "report").decode()


def test_the_zip_has_both_tables_where_there_are_zones(zoned: Analysis) -> None:
    with zipfile.ZipFile(io.BytesIO(Files(zoned).content("package"))) as opened:
        assert opened.read(file_name(zoned, "zones")) == zones.wide_csv(zoned)
        assert opened.read(file_name(zoned, "zones-long")) == zones_long.long_csv(zoned)
