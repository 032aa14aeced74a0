"""Files as other programs write them: odd, but right; each gives its area, or says what to do."""

import io
import json
import struct
import zipfile
from pathlib import Path

import pyogrio
import pytest
import shapely
from shapely.geometry import mapping, shape

from pipeline import AnalysisRequest, AreaOfInterest, InvalidRequest
from pipeline.area.files import area_from_file
from pipeline.area.formats.raw import Budget, Damaged
from pipeline.area.formats.wkb import polygons as wkb_polygons
from pipeline.area.polygons import area_from_geojson

SITE = shapely.box(11.3, 46.47, 11.34, 46.5)
PARCELS = [shapely.box(11.3 + n * 0.05, 46.47, 11.32 + n * 0.05, 46.5) for n in range(3)]


def outline(area: AreaOfInterest) -> shapely.Geometry:
    return shape(area.geometry or {})


def same(area: AreaOfInterest, expected: shapely.Geometry, share: float = 1e-4) -> bool:
    return bool(outline(area).symmetric_difference(expected).area < share * expected.area)


@pytest.mark.parametrize(
    "name", ["noring.kml", "site.kml", "cross.kml", "spaces.kml", "field.geojson", "plots.geojson"]
)
def test_odd_files_give_the_polygon_that_is_in_them(shared_dir: Path, name: str) -> None:
    assert same(AreaOfInterest.from_file(shared_dir / "cases" / name), SITE)


def test_curve_polygons_are_read(shared_dir: Path) -> None:
    area = AreaOfInterest.from_file(shared_dir / "cases/mixed.gpkg")
    other = shapely.box(11.42, 46.47, 11.4, 46.5)
    assert same(area, shapely.union_all([SITE, other]))


def test_all_folders_and_layers_are_taken_and_named(shared_dir: Path) -> None:
    area = AreaOfInterest.from_file(shared_dir / "cases/parcels.kml")
    assert same(area, shapely.union_all(PARCELS))
    assert "All 3 layers of “parcels.kml”" in area.note
    assert "“block 0”, “block 1”, “block 2”" in area.note
    both = AreaOfInterest.from_file(shared_dir / "cases/two_layers.gpkg")
    assert "“study_area_2019_old”, “study_area_2024”" in both.note
    one = AreaOfInterest.from_file(shared_dir / "cases/two_layers.gpkg", layer="study_area_2019_old")
    assert same(one, SITE)


def test_a_database_copied_while_open_is_not_believed(shared_dir: Path) -> None:
    with pytest.raises(InvalidRequest, match="Close it in QGIS first"):
        AreaOfInterest.from_file(shared_dir / "cases/site.gpkg")


@pytest.mark.parametrize("path", ["nowhere.kml", ".", "a\0b.kml"])
def test_a_path_that_cannot_be_opened_is_told(tmp_path: Path, path: str) -> None:
    with pytest.raises(InvalidRequest, match="cannot be opened"):
        AreaOfInterest.from_file(tmp_path / path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_geojson_in_any_encoding(encoding: str) -> None:
    text = json.dumps({"type": "Feature", "properties": {"name": "Bözen"}, "geometry": mapping(SITE)})
    text = text.replace("\\u00f6", "ö")
    area = area_from_file("a.geojson", text.encode(encoding))
    assert same(area, SITE)
    assert dict(area.zones[0].attributes) == {"name": "Bözen"}


@pytest.mark.parametrize(
    ("encoding", "before"),
    [
        *(("utf-8", before) for before in ("", "\n\n  ", "\ufeff", "\ufeff\n")),
        *((encoding, "") for encoding in ("utf-16", "iso-8859-1")),
    ],
)
def test_kml_in_any_encoding_and_with_blanks_before_it(encoding: str, before: str) -> None:
    ring = " ".join(f"{x},{y}" for x, y in SITE.exterior.coords)
    text = (
        f'{before}<?xml version="1.0" encoding="{encoding}"?><kml><Placemark><name>Bözen</name><Polygon>'
        f"<outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs>"
        "</Polygon></Placemark></kml>"
    )
    area = area_from_file("a.kml", text.encode(encoding))
    assert same(area, SITE)
    assert dict(area.zones[0].attributes)["name"] == "Bözen"


def test_metres_are_named_wherever_they_come_from() -> None:
    metres = {"type": "Polygon", "coordinates": [[[5e5, 5e6], [5.1e5, 5e6], [5e5, 5.1e6], [5e5, 5e6]]]}
    for read in (AreaOfInterest.polygon, area_from_geojson):
        with pytest.raises(InvalidRequest, match="These coordinates look like metres, not degrees"):
            read(metres)
    beyond = {"type": "Polygon", "coordinates": [[[11, 46], [12, 46], [11, 97], [11, 46]]]}
    for read in (AreaOfInterest.polygon, area_from_geojson):
        with pytest.raises(InvalidRequest, match=r"latitude \(46.0 to 97.0, at most 90\)"):
            read(beyond)


def test_metres_without_a_coordinate_system_are_named() -> None:
    metres = {"type": "Polygon", "coordinates": [[[5e5, 5e6], [5.1e5, 5e6], [5e5, 5.1e6], [5e5, 5e6]]]}
    with pytest.raises(InvalidRequest, match="look like metres, but the file names no coordinate system"):
        area_from_file("a.geojson", json.dumps(metres).encode())


def shapefile(folder: Path, epsg: int | None = 4326) -> dict[str, bytes]:
    import geopandas

    hole = shapely.Polygon(SITE.exterior, [shapely.box(11.31, 46.48, 11.32, 46.49).exterior])
    table = geopandas.GeoDataFrame({"name": ["wood", "Wiese ä"], "n": [1, 2]}, geometry=[hole, PARCELS[1]])
    table = table.set_crs(4326).to_crs(epsg or 4326)
    table.to_file(folder / "areas.shp", engine="pyogrio")
    return {p.name: p.read_bytes() for p in folder.iterdir() if epsg or p.suffix != ".prj"}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize("epsg", [4326, 32632, 3035])
def test_a_zipped_shapefile_is_read(tmp_path: Path, epsg: int) -> None:
    files = {f"export/{name}": content for name, content in shapefile(tmp_path, epsg).items()}
    area = area_from_file("areas.zip", zipped(files))
    hole = shapely.box(11.31, 46.48, 11.32, 46.49)
    assert same(area, shapely.union_all([SITE.difference(hole), PARCELS[1]]), 1e-3)
    assert [dict(zone.attributes) for zone in area.zones] == [
        {"name": "wood", "n": 1},
        {"name": "Wiese ä", "n": 2},
    ]


def test_a_shapefile_without_a_coordinate_system_is_believed_where_it_is_in_degrees(tmp_path: Path) -> None:
    assert area_from_file("areas.zip", zipped(shapefile(tmp_path, None))).zones
    (tmp_path / "utm").mkdir()
    files = shapefile(tmp_path / "utm", 32632)
    del files["areas.prj"]
    with pytest.raises(InvalidRequest, match="look like metres"):
        area_from_file("areas.zip", zipped(files))


def test_kmz_and_other_files_in_a_zip_are_read(shared_dir: Path) -> None:
    inner = (shared_dir / "cases/site.kml").read_bytes()
    assert same(area_from_file("site.kmz", zipped({"doc.kml": inner, "files/icon.png": b"x"})), SITE)
    assert same(area_from_file("site.zip", zipped({"a.geojson": json.dumps(mapping(SITE)).encode()})), SITE)
    with pytest.raises(InvalidRequest, match="no polygon"):
        area_from_file("none.zip", zipped({"readme.txt": b"hello"}))


def test_features_keep_their_attributes_through_a_saved_request() -> None:
    from datetime import date

    values = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": mapping(p),
                "properties": {"id": n, "crop": "rye", "x": None, "y": [1]},
            }
            for n, p in enumerate(PARCELS)
        ],
    }
    area = area_from_file("parcels.geojson", json.dumps(values).encode())
    assert [dict(z.attributes) for z in area.zones] == [{"id": n, "crop": "rye", "x": None} for n in range(3)]
    request = AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 3))
    again = AnalysisRequest.from_json(request.to_json())
    assert again == request
    assert again.area.zones == area.zones
    for wrong in ([1], [{"polygons": 3}], [{"polygons": [], "attributes": {"a": []}}], 5):
        spoiled = json.loads(request.to_json())
        spoiled["area"]["zones"] = wrong
        with pytest.raises(InvalidRequest, match="zones"):
            AnalysisRequest.from_json(json.dumps(spoiled))


def test_a_plain_polygon_has_no_zones() -> None:
    area = area_from_file("a.geojson", json.dumps(mapping(SITE)).encode())
    assert area.zones == ()
    assert area.note == ""


@pytest.mark.parametrize("order", ["<", ">"])
def test_arcs_of_curve_polygons_become_corners(order: str) -> None:
    """A half circle of radius 1 above a line, as an arc and as a compound of an arc and a line."""
    first = {"<": b"\1", ">": b"\0"}[order]

    def points(kind: int, *corners: tuple[float, float]) -> bytes:
        numbers = [v for corner in corners for v in corner]
        return first + struct.pack(f"{order}II{len(numbers)}d", kind, len(corners), *numbers)

    arc, line = points(8, (-1, 0), (0, 1), (1, 0)), points(2, (1, 0), (-1, 0))
    compound = first + struct.pack(f"{order}II", 9, 2) + arc + line
    curve = first + struct.pack(f"{order}II", 10, 1) + compound
    circle = first + struct.pack(f"{order}II", 10, 1) + points(8, (-1, 0), (1, 0), (-1, 0))
    (half,), (whole,) = wkb_polygons(curve, Budget()), wkb_polygons(circle, Budget())
    assert shapely.Polygon(half[0]).area == pytest.approx(3.14159 / 2, rel=2e-3)
    assert shapely.Polygon(whole[0]).area == pytest.approx(3.14159, rel=2e-3)
    surface = first + struct.pack(f"{order}II", 12, 2) + curve + circle
    assert len(wkb_polygons(surface, Budget())) == 2


def test_well_known_binary_agrees_with_the_library() -> None:
    holed = shapely.Polygon(SITE.exterior, [shapely.box(11.31, 46.48, 11.32, 46.49).exterior])
    raised = shapely.force_3d(holed, 7)
    for geometry in (holed, raised, shapely.MultiPolygon([holed, PARCELS[2]])):
        for flavor in ("extended", "iso"):
            content = shapely.to_wkb(geometry, flavor=flavor)
            read = [shapely.Polygon(p[0], p[1:]) for p in wkb_polygons(content, Budget())]
            assert shapely.union_all(read).equals(shapely.force_2d(geometry))
    mixed = shapely.GeometryCollection(
        [shapely.Point(), shapely.Point(1, 2), SITE, shapely.LineString([(0, 0), (1, 1)])]
    )
    assert len(wkb_polygons(shapely.to_wkb(mixed), Budget())) == 1
    assert wkb_polygons(shapely.to_wkb(shapely.Polygon()), Budget()) == []
    with pytest.raises(Damaged):
        wkb_polygons(shapely.to_wkb(SITE)[:-3], Budget())


def test_pyogrio_agrees_with_what_is_read_of_a_geopackage(tmp_path: Path) -> None:
    import geopandas

    table = geopandas.GeoDataFrame({"kind": ["a", "b", "c"]}, geometry=PARCELS, crs=4326)
    table.to_file(tmp_path / "a.gpkg")
    area = AreaOfInterest.from_file(tmp_path / "a.gpkg")
    assert [dict(z.attributes)["kind"] for z in area.zones] == ["a", "b", "c"]
    assert len(pyogrio.read_dataframe(tmp_path / "a.gpkg")) == len(area.zones)
