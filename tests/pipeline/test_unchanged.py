"""Labels, hectares, files and pictures are those recorded before the code was rearranged (tests/recorded)."""

from collections.abc import Iterator

import pytest

import demo
from tests.recorded.cases import CASES, DEMO, REAL, Case
from tests.recorded.fingerprint import ENCODED, FITTED, arithmetic, encoders, fingerprints
from tests.recorded.store import differences, far_off, load

NEARLY = 0.002
"""Share of an area by which a cluster may differ on another kind of processor."""
RENEW = "Where this was meant: python -m tests.recorded --only PART ..."


@pytest.fixture(scope="module")
def demo_catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo, whose scenes are made by the code of today."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASHBOARD_CACHE_DIR", str(tmp_path_factory.mktemp("demo-cache")))
        demo.stop()
        yield "demo"
        demo.stop()


@pytest.mark.parametrize("case", [c for c in CASES if c.source == REAL], ids=lambda c: c.name)
def test_real_scenes_give_what_they_gave(case: Case, real_api: str) -> None:
    assert_as_recorded(case, real_api)


@pytest.mark.parametrize("case", [c for c in CASES if c.source == DEMO], ids=lambda c: c.name)
def test_the_demo_gives_what_it_gave(case: Case, demo_catalog: str) -> None:
    assert_as_recorded(case, demo_catalog)


def assert_as_recorded(case: Case, catalog: str) -> None:
    record, found = load(), fingerprints(case, catalog)
    same_encoders, same_arithmetic = record.encoders == encoders(), record.arithmetic == arithmetic()
    not_compared = (set() if same_encoders else ENCODED) | (set() if same_arithmetic else FITTED)
    changed = differences(record.analyses, found, not_compared)
    if not same_arithmetic:
        changed += far_off(record.analyses, found, NEARLY)
    assert not changed, "\n".join(["Not as recorded:", *changed, RENEW])


def test_the_record_holds_these_cases_and_no_others() -> None:
    expected = {case.name_of(n) for case in CASES for n in case.clusters}
    expected |= {f"{case.name} preview" for case in CASES if case.preview}
    assert set(load().analyses) == expected
