"""Still drawings: small SVGs by hand, which stand where no script runs, before one has run, and in print.

They take the page's colours by class, so that they are right in the light and in the dark. What is drawn
belongs to the figures; the charts of a script, to Vega.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

WIDTH: Final = 680
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 10, 20, 26
# A label that is centred so near to the edge is cut by it.
_EDGE: Final = 20
_MARK: Final = 3.2


def nice_ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Return round values that divide a range into about so many parts.

    Parameters
    ----------
    low, high : float
        The range, finite.
    about : int
        Parts wished for.
    """
    raw = (high - low) / about
    if not raw > 0 or not math.isfinite(raw):
        return [low]
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(magnitude * m for m in (1, 2, 2.5, 5, 10) if raw <= magnitude * m)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [step * place for place in range(first, last + 1)]


def numbers(frame: pl.DataFrame, column: str) -> Numbers:
    """Return a column as an array, NaN where missing."""
    return frame[column].cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)


class Still:
    """A drawing in the coordinates of its data.

    Parameters
    ----------
    x, y : (float, float)
        What the axes span.
    height : int
        In pixels.
    """

    def __init__(self, x: tuple[float, float], y: tuple[float, float], height: int = 240) -> None:
        self._x, self._y, self._height = x, y, height
        self._marks: list[str] = []

    def line(self, x: Numbers, y: Numbers, kind: str) -> None:
        """Draw a line; it breaks where a value is missing."""
        px, py = self._places(x, y)
        known = np.isfinite(py)
        starts = known & ~np.concatenate(([False], known[:-1]))
        pieces = [
            f"{'M' if start else 'L'}{a:.4g} {b:.4g}"
            for a, b, start in zip(px[known], py[known], starts[known], strict=True)
        ]
        self._marks.append(f'<path class="mark {kind}" d="{"".join(pieces)}"/>')

    def band(self, x: Numbers, low: Numbers, high: Numbers, kind: str) -> None:
        """Fill what lies between two lines."""
        known = np.isfinite(low) & np.isfinite(high)
        px, upper = self._places(x[known], high[known])
        _, lower = self._places(x[known], low[known])
        there = [f"{a:.4g},{b:.4g}" for a, b in zip(px, upper, strict=True)]
        back = [f"{a:.4g},{b:.4g}" for a, b in zip(px[::-1], lower[::-1], strict=True)]
        self._marks.append(f'<polygon class="mark {kind}" points="{" ".join(there + back)}"/>')

    def rules(self, x: Numbers, low: Numbers, high: Numbers, kind: str) -> None:
        """Draw an upright line at each place where both ends are known."""
        known = np.isfinite(low) & np.isfinite(high)
        px, upper = self._places(x[known], high[known])
        _, lower = self._places(x[known], low[known])
        pieces = [f"M{a:.4g} {b:.4g}V{c:.4g}" for a, b, c in zip(px, upper, lower, strict=True)]
        self._marks.append(f'<path class="mark {kind}" d="{"".join(pieces)}"/>')

    def points(self, x: Numbers, y: Numbers, kind: str, is_diamond: bool = False) -> None:
        """Draw a mark at each place."""
        px, py = self._places(x, y)
        known = np.isfinite(py)
        r, side = _MARK, 1.6 * _MARK
        diamond = f"l{side} {side}l-{side} {side}l-{side} -{side}z"
        for a, b in zip(px[known], py[known], strict=True):
            self._marks.append(
                f'<path class="mark {kind}" d="M{a:.4g} {b - side:.4g}{diamond}"/>'
                if is_diamond
                else f'<circle class="mark {kind}" cx="{a:.4g}" cy="{b:.4g}" r="{r}"/>'
            )

    def level(self, y: float, kind: str, label: str = "") -> None:
        """Draw a line across at a value."""
        place = self._place_y(y)
        self._marks.append(f'<path class="mark {kind}" d="M{_LEFT} {place:.4g}H{WIDTH - _RIGHT}"/>')
        if label:
            self._marks.append(f'<text x="{_LEFT + 4}" y="{place - 4:.4g}">{escape(label)}</text>')

    def upright(self, x: float, kind: str) -> None:
        """Draw a line down at a place."""
        place = self._places(np.array([x]), np.array([self._y[0]]))[0][0]
        self._marks.append(f'<path class="mark {kind}" d="M{place:.4g} {_TOP}V{self._height - _BOTTOM}"/>')

    def markup(
        self, x_ticks: Sequence[tuple[float, str]], y_ticks: Sequence[tuple[float, str]], y_title: str
    ) -> str:
        """Return the SVG.

        Parameters
        ----------
        x_ticks, y_ticks : sequence of (float, str)
            Where, and what is written there.
        y_title : str
            Unit of the upright axis.
        """
        axes = []
        for value, text in y_ticks:
            place = self._place_y(value)
            axes.append(f'<path class="grid" d="M{_LEFT} {place:.4g}H{WIDTH - _RIGHT}"/>')
            axes.append(f'<text x="{_LEFT - 6}" y="{place + 4:.4g}" text-anchor="end">{escape(text)}</text>')
        floor = self._height - _BOTTOM
        for value, text in x_ticks:
            place = self._places(np.array([value]), np.array([self._y[0]]))[0][0]
            axes.append(f'<path class="grid" d="M{place:.4g} {_TOP}V{floor}"/>')
            at_edge = place > WIDTH - _EDGE
            x, anchor = (WIDTH, "end") if at_edge else (place, "middle")
            axes.append(f'<text x="{x:.4g}" y="{floor + 17}" text-anchor="{anchor}">{escape(text)}</text>')
        title = f'<text x="0" y="9">{escape(y_title)}</text>'
        # A figure's name is said by the element around it.
        return (
            f'<svg viewBox="0 0 {WIDTH} {self._height}" aria-hidden="true" focusable="false">'
            f"{''.join(axes)}{''.join(self._marks)}{title}</svg>"
        )

    def _places(self, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
        span = (self._x[1] - self._x[0]) or 1.0
        across = _LEFT + (x - self._x[0]) / span * (WIDTH - _LEFT - _RIGHT)
        return across, self._place_y(y)

    def _place_y(self, y: Numbers | float) -> Numbers:
        span = (self._y[1] - self._y[0]) or 1.0
        inside = np.clip(np.asarray(y, dtype=np.float64), *self._y)
        return (self._height - _BOTTOM) - (inside - self._y[0]) / span * (self._height - _TOP - _BOTTOM)
