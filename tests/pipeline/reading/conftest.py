"""A granule in which every pixel has a number of its own."""

import numpy as np
import pytest

from tests.pipeline.conftest import Folder
from tests.pipeline.reading.reads import LEFT, TOP, numbered
from tests.support.synthetic import write_granule


@pytest.fixture
def tile(folder: Folder) -> Folder:
    classes = np.arange(100 * 100).reshape(100, 100) % 11 + 1
    write_granule(folder.path, numbered(), classes, LEFT, TOP)
    return folder
