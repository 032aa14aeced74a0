"""What a run will cost, before it runs."""

import math

import pytest
import shapely
from shapely.geometry import mapping

from pipeline import AreaOfInterest, AreaTooLarge, estimate
from pipeline.area.grid import grid_for, outline
from pipeline.estimate import Pace, cost, largest_km
from pipeline.reading.storage.spill import MEMORY_BYTES


def square(size_km: float) -> AreaOfInterest:
    return AreaOfInterest.square(11.34, 46.49, size_km)


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with memory and disk to spare."""
    monkeypatch.delenv("DASHBOARD_MAX_SIZE_KM", raising=False)
    monkeypatch.setattr(estimate, "free_memory_mb", lambda: 64_000.0)
    monkeypatch.setattr(estimate, "free_disk_mb", lambda: 64_000.0)


def test_the_bytes_are_near_those_of_real_like_tiles() -> None:
    """10 and 20 km of the benchmark's tiles have 24.3 and 53.7 MB; real archives compress a little less."""
    assert 24.3 <= estimate.estimate(square(10)).megabytes <= 24.3 * 1.3
    assert 53.7 <= estimate.estimate(square(20)).megabytes <= 53.7 * 1.3


def test_a_slow_line_counts_and_a_fast_one_leaves_the_computing() -> None:
    slow, fast = cost(2000, 2000, link_mbit=10), cost(2000, 2000, link_mbit=1e6)
    assert slow.seconds == pytest.approx(8 * slow.megabytes / 10, rel=0.05)
    assert 0.9 < fast.seconds < 2


def test_a_city_is_a_matter_of_seconds_and_a_tile_of_a_gigabyte() -> None:
    city, tile = estimate.estimate(square(5)), cost(10_980, 10_980)
    assert city.seconds < 3
    assert city.disk_mb == 0, "it stays in memory"
    assert tile.memory_mb <= 1200
    assert tile.disk_mb > 800


@pytest.mark.parametrize(("size_km", "peak_mb"), [(20, 524), (50, 737), (109, 904)])
def test_the_memory_is_that_of_measured_runs(size_km: float, peak_mb: float) -> None:
    assert peak_mb <= estimate.estimate(square(size_km)).memory_mb <= 1.2 * peak_mb


def test_what_stays_in_memory_is_what_a_spool_holds() -> None:
    assert pytest.approx(MEMORY_BYTES / 1e6, rel=0.01) == estimate.SPOOL_MB


def parcels(apart_km: float, side_km: float = 1.0) -> AreaOfInterest:
    """Return two squares that lie diagonally apart."""
    x, y, side = 11.0, 46.0, side_km / 111.2
    away = apart_km / 111.2 / math.sqrt(2)
    boxes = (
        shapely.box(x, y, x + side, y + side),
        shapely.box(x + away, y + away, x + away + side, y + away + side),
    )
    return AreaOfInterest.polygon(mapping(shapely.MultiPolygon(boxes)))


def test_between_two_parcels_nothing_is_counted() -> None:
    near, far = estimate.estimate(parcels(25)), estimate.estimate(parcels(50))
    assert far.megabytes == pytest.approx(near.megabytes, rel=0.02)
    assert far.megabytes == pytest.approx(2 * estimate.estimate(square(0.9)).megabytes, rel=0.1)
    assert far.seconds < 2.5
    assert far.memory_mb > near.memory_mb, "the box around them is kept"


def test_a_polygon_that_is_a_square_costs_what_the_square_does() -> None:
    grid = grid_for(square(20))
    ring = [(lon, lat) for lat, lon in outline(grid)]
    polygon = AreaOfInterest.polygon(mapping(shapely.Polygon(ring)))
    assert estimate.estimate(polygon).megabytes == pytest.approx(
        estimate.estimate(square(20)).megabytes, rel=0.02
    )
    assert estimate.side_km(polygon) == pytest.approx(20, abs=0.02)


@pytest.mark.usefixtures("roomy")
def test_limits_are_on_what_is_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    assert estimate.side_km(parcels(50)) == pytest.approx(math.sqrt(2 * 0.69), rel=0.05)
    estimate.check_size(parcels(50), 64_000)
    monkeypatch.setenv("DASHBOARD_MAX_SIZE_KM", "1")
    with pytest.raises(AreaTooLarge, match=r"as much as a square of 1\.2 km, at most 1 km"):
        estimate.check_size(parcels(50), 64_000)
    monkeypatch.setenv("DASHBOARD_MAX_SIZE_KM", "10")
    monkeypatch.setattr(estimate, "free_disk_mb", lambda: 10.0)
    with pytest.raises(AreaTooLarge, match=r"too far apart for this machine: over [34][0-9] km"):
        estimate.check_size(parcels(50), 64_000)
    estimate.check_size(parcels(50), None)


def test_all_grow_with_the_area() -> None:
    costs = [cost(n, n) for n in (50, 500, 2000, 5000, 11_000)]
    for name in ("megabytes", "seconds", "memory_mb", "disk_mb"):
        values = [getattr(c, name) for c in costs]
        assert values == sorted(values), name


@pytest.mark.usefixtures("roomy")
def test_the_configured_size_holds_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    assert largest_km() == 110
    monkeypatch.setenv("DASHBOARD_MAX_SIZE_KM", "7.5")
    assert largest_km() == 7.5


@pytest.mark.usefixtures("roomy")
@pytest.mark.parametrize("scarce", ["free_memory_mb", "free_disk_mb"])
def test_a_small_machine_offers_what_fits_and_not_a_kilometre_more(
    monkeypatch: pytest.MonkeyPatch, scarce: str
) -> None:
    free = 900.0 if scarce == "free_memory_mb" else 500.0
    share = estimate.MEMORY_SHARE if scarce == "free_memory_mb" else estimate.DISK_SHARE
    field = "memory_mb" if scarce == "free_memory_mb" else "disk_mb"
    monkeypatch.setattr(estimate, scarce, lambda: free)
    largest = largest_km()
    assert 5 < largest < 110
    sides = [round(100 * km) for km in (largest, largest + 1)]
    assert getattr(cost(sides[0], sides[0]), field) <= share * free < getattr(cost(sides[1], sides[1]), field)


@pytest.mark.usefixtures("roomy")
def test_a_machine_without_room_still_offers_a_village(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "free_memory_mb", lambda: 100.0)
    assert largest_km() == 1.0


def test_the_pace_is_learnt_per_catalogue_and_recent_runs_count_more() -> None:
    pace = Pace()
    assert pace.link_mbit("a") == estimate.LINK_MBIT
    pace.saw("a", megabytes=10, seconds=estimate.LATENCY_S + 8)
    assert pace.link_mbit("a") == pytest.approx(10)
    assert pace.link_mbit("b") == estimate.LINK_MBIT
    pace.saw("a", megabytes=10, seconds=estimate.LATENCY_S + 0.8)
    assert 10 < pace.link_mbit("a") < 100


@pytest.mark.usefixtures("roomy")
@pytest.mark.parametrize("name", ["DASHBOARD_MEMORY_MB", "DASHBOARD_SESSION_MB"])
def test_the_largest_area_fits_what_is_configured(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "600")
    side = round(100 * largest_km())
    assert cost(side, side).memory_mb <= 600 < cost(side + 100, side + 100).memory_mb
