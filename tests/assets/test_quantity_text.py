"""Quantities and shares as people read them."""

from __future__ import annotations

import pytest

from assets.quantity_text import NOTHING, quantity_text, share_text


@pytest.mark.parametrize(
    ("share", "text"), [(0.9, "90 %"), (1.0, "100 %"), (0.995, "99.5 %"), (0.07, "7 %"), (1.3, "130 %")]
)
def test_a_threshold_is_written_as_it_was_stated(share: float, text: str) -> None:
    assert share_text(share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (36.6e9, "36.6 Gbit/s"),
        (999.7, "1 kbit/s"),
        (0.0, "0 bit/s"),
        (None, NOTHING),
        (float("nan"), NOTHING),
    ],
)
def test_a_quantity_has_three_digits_and_a_prefix(value: float | None, text: str) -> None:
    assert quantity_text(value, "bit/s") == text
