"""Models are held against ours on the windows that both forecast, and the report says what was found."""

from __future__ import annotations

import json

import numpy as np
import pytest
from forecast_comparison import compare, pooled, strongest
from forecast_panels import HOUR, Panel, Record
from forecast_peers import Forecasts
from forecast_report import PanelResult, as_json, mean_ratio, print_hours, print_panel, print_summary
from forecast_windows import every, origins_of, targets_of

SPREAD = np.array([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0])


@pytest.fixture
def panel() -> Panel:
    rng = np.random.default_rng(0)
    long, short = rng.normal(size=(2, 60 * 24)), rng.normal(size=(1, 5 * 24))
    flat = np.full((1, 60 * 24), 4.0)
    return Panel(
        "ESnet hourly",
        HOUR,
        (Record("a", ("x", "y", "flat"), np.vstack([long, flat])), Record("b", ("z",), short)),
    )


def said(panel: Panel, name: str, error: float, stride: int = 1, late_error: float | None = None):
    """A model that is off by ``error``, and by ``late_error`` on the origins that a thinned one forecasts."""
    points = []
    for record in panel.records:
        origins = origins_of(record.values.shape[1], 24)
        off = np.full(len(origins), error)
        off[every(4, len(origins))] = error if late_error is None else late_error
        told = targets_of(record.values, origins, 24) + off[:, None]
        told[:, ~every(stride, len(origins))] = np.nan
        points.append(told)
    quantiles = tuple(point[..., None] + SPREAD for point in points)
    return Forecasts(name, quantiles, tuple(points), cpu_seconds=0.25, stride=stride)


def test_a_thinned_peer_meets_ours_on_its_own_days(panel):
    ours = said(panel, "diurnal", 1.0, late_error=0.5)
    thinned = said(panel, "MSTL", 2.0, stride=4)
    mine, whole, few = compare(panel, [ours, said(panel, "AutoETS", 2.0), thinned], ours, 0)
    assert (mine.days, whole.days, few.days) == ((28, 2), (28, 2), (7, 1))
    assert few.ratios["MASE"] == pytest.approx(0.25)
    # Geometric over series: those with 28 days have every fourth at 0.5, the one with two days has half.
    assert whole.ratios["MASE"] == pytest.approx((0.875 / 2) ** (2 / 3) * (0.75 / 2) ** (1 / 3))
    assert mine.ratios["MASE"] == 1.0
    assert strongest([whole, few], "MASE") is whole
    assert mine.unscored == ("flat",)


def test_coverage_is_a_share_of_values_within_a_panel_and_of_panels_in_the_pool(panel):
    inside, outside = said(panel, "diurnal", 1.0), said(panel, "diurnal", 2.5)
    (hit,) = compare(panel, [inside], inside, 0)
    (missed,) = compare(panel, [outside], outside, 0)
    assert (hit.covered[80].share, missed.covered[80].share) == (1.0, 0.0)
    assert (missed.covered[95].share, missed.covered[95].interval) == (1.0, (1.0, 1.0))
    both = pooled([hit, missed], 80)
    assert both.share == 0.5
    assert both.scored == 2 * hit.covered[80].scored


def test_a_peer_that_did_not_end_is_shown_and_never_the_best(panel, capsys):
    ours = said(panel, "diurnal", 1.0)
    empty = [np.full_like(array, np.nan) for array in ours.quantiles]
    stopped = Forecasts("AutoARIMA", tuple(empty), tuple(a[..., 3] for a in empty), 60.0, 0, "did not end")
    mine, good, none = compare(panel, [ours, said(panel, "MSTL", 2.0), stopped], ours, 0)
    result = PanelResult(panel.name, mine, [good, none], alone_ms=2.0, many_ms=1.0)
    assert mean_ratio([result], "MASE") == pytest.approx(0.5)
    print_panel(result)
    print_summary([result])
    print_hours({0: [result], 6: [result]})
    shown = capsys.readouterr().out
    assert "| AutoARIMA | 0, 0 | – | – | – / – | – / – | – | – | 60,000 |" in shown
    assert "AutoARIMA: did not end." in shown
    assert "Not scored in every row, for want of a scale or of a value: flat." in shown
    assert "| ESnet hourly | 0.50 / " in shown
    assert "nan" not in shown


def test_the_figures_are_plain_json_with_null_for_what_is_not_known(panel):
    row, *_ = compare(panel, [said(panel, "MSTL", 2.0)], None, 0)
    told = as_json(PanelResult(panel.name, None, [row], np.nan, np.nan), 6)
    again = json.loads(json.dumps(told, allow_nan=False))
    assert again["cpu_ms_alone"] is None
    assert again["models"][0]["days"] == [28, 2]
    assert again["models"][0]["ratios"] == {"MASE": None, "pinball": None}
