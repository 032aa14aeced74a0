"""What a machine allows."""

from pathlib import Path

import pytest

from server import limits


def test_a_containers_limit_counts_where_it_is_less(tmp_path: Path) -> None:
    file = tmp_path / "memory.max"
    whole = limits.memory_mb(file)
    file.write_text(f"{512 * 2**20}\n")
    assert limits.memory_mb(file) == 512
    file.write_text("max\n")
    assert limits.memory_mb(file) == whole


@pytest.mark.parametrize(("memory", "kernels"), [(512, 1), (1824, 2), (24_000, 57)])
def test_kernels_for_a_memory(memory: int, kernels: int) -> None:
    assert limits.kernels_for(memory) == kernels


def test_files_are_counted() -> None:
    left = limits.files_left()
    assert left is None or left > 0
    assert limits.has_files_for_a_visitor()
