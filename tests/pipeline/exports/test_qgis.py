"""What a real QGIS lists, where one is installed (Debian: python3-qgis); it has a Python of its own."""

import io
import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from pipeline import Analysis
from pipeline.exports.package import package_zip

PYTHON = "/usr/bin/python3"
PROGRAM = """
import json, os, sys
from qgis.core import QgsApplication, QgsRasterLayer
application = QgsApplication([], False)
application.initQgis()
layers = [QgsRasterLayer(path, "a") for path in sys.argv[1:]]
print(json.dumps([[c.label for c in layer.renderer().classes()] for layer in layers]))
sys.stdout.flush()
os._exit(0)  # its own way out crashes while layers are open
"""


def labels_in_qgis(*paths: Path) -> list[list[str]]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [PYTHON, "-c", PROGRAM, *map(str, paths)]
    answer = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert answer.returncode == 0, answer.stderr
    found: list[list[str]] = json.loads(answer.stdout.strip().splitlines()[-1])
    return found


@pytest.fixture(autouse=True)
def qgis() -> None:
    known = (
        Path(PYTHON).exists()
        and not subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True).returncode
    )
    if not known:
        pytest.skip("needs python3-qgis")


def test_the_zip_opens_with_the_classes_and_the_raster_alone_with_numbers(
    done: Analysis, tmp_path: Path
) -> None:
    alone, unpacked = tmp_path / "alone.tif", tmp_path / "zip"
    done.to_geotiff(alone)
    zipfile.ZipFile(io.BytesIO(package_zip(done))).extractall(unpacked)
    (raster,) = (path for path in unpacked.glob("*.tif") if not path.stem.endswith("_image"))
    numbers, names = labels_in_qgis(alone, raster)
    assert numbers == [str(n) for n in range(16)]
    rows = done.areas.iloc[1:]
    assert names == [f"{n} {row['name']} ({row['hectares']:,.1f} ha)" for n, row in rows.iterrows()]
