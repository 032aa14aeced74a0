"""Who may know whom, and what a page costs before anybody presses a button."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.sentinel2.bands import ALL_BANDS

HEAVY = ("sklearn", "stackstac", "rasterio", "dask", "xarray", "pystac", "pystac_client", "distributed")
SIGHT = ("ipywidgets", "IPython", "ipyleaflet", "bqplot", "anywidget", "traitlets", "widgets", "voila")


def imports(path: Path) -> set[str]:
    """Return the top-level packages a file imports anywhere, functions and TYPE_CHECKING included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in (
            "import_module",
            "__import__",
        ):
            found |= {str(a.value).split(".")[0] for a in node.args if isinstance(a, ast.Constant)}
    return found


def files(repository: Path, room: str) -> list[Path]:
    found = sorted((repository / room).rglob("*.py"))
    assert found, room
    return found


def test_the_pipeline_knows_no_widget(repository: Path) -> None:
    for path in files(repository, "pipeline"):
        assert not imports(path) & set(SIGHT), path


def test_the_widgets_touch_no_pixels_and_no_catalogue(repository: Path) -> None:
    forbidden = {"pystac", "pystac_client", "stackstac", "rasterio", "sklearn", "odc", "rioxarray", "demo"}
    for path in files(repository, "widgets"):
        assert not imports(path) & forbidden, path


def test_the_demo_knows_neither_widgets_nor_pipeline(repository: Path) -> None:
    for path in files(repository, "demo"):
        assert not imports(path) & {"widgets", "pipeline"}, path


def test_the_invented_land_knows_none_of_its_users(repository: Path) -> None:
    users = {"widgets", "pipeline", "demo", "benchmarks", "tests", "tools"}
    for path in files(repository, "synthetic"):
        assert not imports(path) & users, path


def test_neither_pipeline_nor_widgets_know_the_invented_land(repository: Path) -> None:
    for room in ("pipeline", "widgets"):
        for path in files(repository, room):
            assert "synthetic" not in imports(path), path


@pytest.mark.parametrize(
    ("package", "home"),
    [
        ("sklearn", "clustering/kmeans.py"),
        ("stackstac", "reading/reader.py"),
        ("pystac_client", "catalogs/client.py"),
        ("planetary_computer", "reading/signing.py"),
        ("demo", "catalogs/demo.py"),
    ],
)
def test_each_foreign_thing_has_one_home(repository: Path, package: str, home: str) -> None:
    top = repository / "pipeline"
    knowing = {p.relative_to(top).as_posix() for p in files(repository, "pipeline") if package in imports(p)}
    assert knowing == {home}


def loaded_after(repository: Path, program: str) -> set[str]:
    code = f"{program}\nimport sys\nprint(' '.join(sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        cwd=repository,
        timeout=60,
    )
    assert answer.returncode == 0, answer.stderr
    return set(answer.stdout.split())


def test_showing_a_page_and_making_a_request_import_nothing_heavy(repository: Path) -> None:
    modules = loaded_after(
        repository,
        """
from datetime import date
import pipeline
from pipeline import AnalysisRequest, AreaOfInterest
from pipeline import config
from pipeline.catalogs import profiles
from pipeline.area import grid
request = AnalysisRequest(AreaOfInterest.square(11.34, 46.49, 5), date(2022, 6, 1), date(2022, 6, 30))
AnalysisRequest.from_json(request.to_json())
box = grid.grid_for(request.area)
grid.outline(box), grid.hectares(box)
profiles.offered(), profiles.default_name(), profiles.examples(), config.max_size_km()
""",
    )
    assert not modules & {"sklearn", "stackstac", "rasterio", "pystac_client", "dask.array", "distributed"}


def test_what_interprets_clusters_imports_nothing_heavy(repository: Path) -> None:
    names = (
        "classes",
        "cluster_count",
        "stability",
        "confidence",
        "sieve",
        "change",
        "candidates",
        "pixel",
    )
    program = "\n".join(f"import pipeline.explore.{name}" for name in names)
    modules = loaded_after(repository, f"{program}\nimport pipeline.clustering.reasons")
    assert not modules & {
        "sklearn",
        "scipy",
        "stackstac",
        "rasterio",
        "pystac_client",
        "dask.array",
        "pandas",
    }


def test_the_list_of_downloads_costs_nothing_before_a_file_is_made(repository: Path) -> None:
    modules = loaded_after(
        repository,
        """
import pipeline.reading.signing
from pipeline.exports.files import Files
from pipeline.exports.formats import all_formats
assert all_formats()
""",
    )
    heavy = {"rasterio", "pyogrio", "shapely", "scipy", "PIL", "pandas", "planetary_computer", "pydantic"}
    assert not modules & heavy


def test_an_analysis_imports_no_widget_and_no_scheduler(repository: Path) -> None:
    modules = loaded_after(
        repository, "import pipeline.analysis, pipeline.reading.reader\nimport pipeline.catalogs.search"
    )
    assert not modules & {"ipywidgets", "IPython", "distributed", "matplotlib"}


def test_the_public_names_resolve_and_no_other(repository: Path) -> None:
    import pipeline

    for name in pipeline.__all__:
        assert getattr(getattr(pipeline, name), "__name__", name) == name
        assert name in dir(pipeline)
    with pytest.raises(AttributeError, match="nonsense"):
        pipeline.nonsense  # noqa: B018


BAND_WORDS = {word for band in ALL_BANDS for word in (band.key, band.number)} - {"green", "red", "blue"}
COLOUR_BANDS = {"green", "red", "blue"}
NUMBER_OF_BANDS = re.compile(r"\b(?:four|4) (?:bands|values a pixel)\b|``\(\w+, 4\)``|``\(4, ")
SPELLS_BANDS = {"pipeline/catalogs/known.py"}
"""What other archives call their bands can stand nowhere else."""


def spells_bands(path: Path) -> bool:
    """Tell whether a module names a band in a text of its own, or counts them."""
    source = path.read_text("utf-8")
    texts = {n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant)}
    colours = texts & COLOUR_BANDS
    return bool(texts & BAND_WORDS or len(colours) > 1 or NUMBER_OF_BANDS.search(source))


def test_the_names_and_the_number_of_bands_stand_in_one_room(repository: Path) -> None:
    found = {
        path.relative_to(repository).as_posix()
        for room in ("pipeline", "widgets")
        for path in files(repository, room)
        if spells_bands(path) and "sentinel2" not in path.parts
    }
    assert found <= SPELLS_BANDS, "take them from sentinel2.bands"


def test_reading_knows_no_clusters(repository: Path) -> None:
    for path in files(repository, "pipeline/reading"):
        assert "pipeline.clustering" not in path.read_text("utf-8"), path


def test_the_fit_knows_no_names(repository: Path) -> None:
    for name in ("kmeans", "lloyd", "assign", "model"):
        source = (repository / "pipeline" / "clustering" / f"{name}.py").read_text("utf-8")
        assert "surface_types" not in source, name
