"""Files that take their place when they are whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.building import whole_file


def test_a_file_takes_its_place_when_the_block_ends(tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    place.write_text("former")
    with whole_file(place) as building:
        building.write_text("new")
        assert place.read_text() == "former"
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("page.html", "new")]


def test_a_block_that_fails_leaves_the_former_file_and_nothing_beside_it(tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    place.write_text("former")

    def fails() -> None:
        with whole_file(place) as building:
            building.write_text("half")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        fails()
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("page.html", "former")]
