"""Labels of a still drawing stand beside each other and within it."""

from __future__ import annotations

import re

from assets.report.still import WIDTH, Still

TICKS = [(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")]
FONT = 11


def test_labels_at_the_ends_of_both_axes_are_neither_cut_nor_on_top_of_the_title() -> None:
    drawn = Still((0.0, 1.0), (0.0, 1.0)).markup(TICKS, TICKS, "happened")
    texts = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"(?: text-anchor="(\w+)")?>([^<]+)<', drawn)
    [title_floor] = [float(y) for _, y, _, text in texts if text == "happened"]
    half = {"middle": 0.5, "end": 0.0, "": 1.0}
    for x, y, anchor, text in texts:
        right = float(x) + half[anchor] * len(text) * FONT
        assert text == "happened" or right <= WIDTH, text
        assert text == "happened" or float(y) - 0.8 * FONT >= title_floor, text
