"""A result in a notebook: one line, a card whose text is text, rasters that say what they are."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import rasterio
import xarray as xr

from pipeline import Analysis
from pipeline.explore.classes import Classes


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened: list[tuple[str, dict[str, str | None]]] = []
        self.closed: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.opened.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        self.closed.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += f"{data}\n"


def test_a_console_shows_one_line(done: Analysis) -> None:
    told = "<Analysis: 4 clusters, 3 km at 46.9320° N, 10.3370° E, 17 June 2022, 900.0 ha, "
    assert repr(done).startswith(told)
    assert "\n" not in repr(done)
    assert "preview" in repr(replace(done, preview=True))


def test_a_notebook_shows_picture_table_and_scene(done: Analysis) -> None:
    shown = Elements(done._repr_html_())
    pictures = [a["src"] for tag, a in shown.opened if tag == "img"]
    assert pictures == [o.url for o in (done.overlays.true_colour, *done.overlays.clusters)]
    assert sum(tag == "tr" for tag, _ in shown.opened) == 1 + len(done.areas)
    for text in (*done.areas["name"], done.scenes[0].id, "17 June 2022"):
        assert text in shown.text
    assert sorted(shown.closed) == sorted(tag for tag, _ in shown.opened if tag != "img")


def test_names_stay_text(done: Analysis) -> None:
    classes = Classes.of(done.suggestions).rename(1, "<img src=x onerror=alert(1)>&amp;")
    html = done.with_classes(classes.lut(), classes.suggestions())._repr_html_()
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;&amp;amp;" in html
    assert "<b>bad</b>" not in replace(done, notes=("<b>bad</b>",))._repr_html_()


def test_rasters_know_their_grid_and_what_they_are(done: Analysis, tmp_path: Path) -> None:
    labels = done.labels
    assert labels.rio.crs.to_epsg() == 32632
    assert labels.rio.transform() == done.grid.affine
    assert labels.rio.nodata == 0
    assert [labels.attrs[f"class_{n}"] for n in done.areas.index] == done.areas["name"].tolist()
    assert [labels.attrs[f"color_{n}"] for n in done.areas.index] == done.areas["color"].tolist()
    assert labels.attrs["flag_values"].tolist() == list(done.areas.index)
    assert len(labels.attrs["flag_meanings"].split()) == len(done.areas)
    assert (labels.attrs["units"], labels.attrs["crs"]) == ("1", "EPSG:32632")
    assert done.imagery.attrs["long_name"] == "surface reflectance"
    assert done.imagery.rio.crs == labels.rio.crs
    assert all(done.features.attrs[f"formula_{name}"] for name in done.model.features)

    labels.rio.to_raster(tmp_path / "labels.tif")
    with rasterio.open(tmp_path / "labels.tif") as file:
        assert (file.crs.to_epsg(), file.transform, file.nodata) == (32632, done.grid.affine, 0)
        np.testing.assert_array_equal(file.read(1), labels)


@pytest.mark.parametrize("name", ["labels", "imagery", "features"])
def test_rasters_can_be_written_as_netcdf(name: str, done: Analysis, tmp_path: Path) -> None:
    raster = getattr(done, name)
    raster.to_netcdf(tmp_path / "raster.nc", engine="scipy")
    with xr.open_dataarray(tmp_path / "raster.nc", engine="scipy", mask_and_scale=False) as read:
        np.testing.assert_array_equal(read, raster)
