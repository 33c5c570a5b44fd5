"""Charts are PNGs that show what they are given; Markdown shows text as text."""

from __future__ import annotations

import base64
import os
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assets import charts
from assets.constant_volatility_charts import correlogram_chart, histogram_chart
from assets.periodic_charts import (
    continuous_correlation_chart,
    density_chart,
    ensemble_correlation_chart,
    mean_day_chart,
)
from assets.png import SIGNATURE, shrink_png
from assets.thinning import thinned

REPOSITORY = Path(__file__).parents[2]
ISSUED = datetime(2024, 1, 10)
QUANTILES = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")


def _history(days: int = 9) -> pl.DataFrame:
    at_utc = pl.datetime_range(ISSUED - timedelta(days=days), ISSUED, "10m", closed="left", eager=True)
    row = np.arange(len(at_utc))[::-1]
    value = 2e6 + 1e6 * np.sin(2 * np.pi * row / 144) + 1e4 * (row * 7919 % 31)
    return pl.DataFrame({"at_utc": at_utc, "value": value})


def _points() -> pl.DataFrame:
    target_utc = pl.datetime_range(ISSUED, ISSUED + timedelta(days=1), "10m", closed="left", eager=True)
    return pl.DataFrame(
        {
            "target_utc": target_utc,
            **{name: [1e6 + 2e5 * place] * 144 for place, name in enumerate(QUANTILES)},
        }
    )


def _autocorrelation() -> pl.DataFrame:
    rows = [
        {
            "stage": stage,
            "lag": lag,
            "acf": 0.9**lag,
            "pacf": 0.9 if lag == 1 else 0.01,
            "band_95": 0.05,
            "theoretical_acf": 0.85**lag if stage == "clean" else None,
            "theoretical_pacf": None,
        }
        for stage in ("clean", "residual")
        for lag in range(25)
    ]
    return pl.DataFrame(rows)


def _histogram() -> pl.DataFrame:
    left = [place - 10.0 for place in range(20)]
    density = [float(np.exp(-(at**2) / 8) / 5) for at in left]
    return pl.DataFrame(
        {
            "bin_left": left,
            "bin_right": [at + 1 for at in left],
            "count": [int(1_000 * one) for one in density],
            "normal_density": density,
            "lognormal_density": [*density[1:], None],
            "t_density": [1.2 * one for one in density],
        }
    )


def _peaks() -> pl.DataFrame:
    days = [date(2024, 1, 1) + timedelta(days=day) for day in range(14)]
    phase = [float((7 * day) % 11 - 5) for day in range(14)]
    frame = pl.DataFrame({"series_id": "isp/in", "local_date": days, "phase_minutes": phase})
    return frame.with_columns(
        phase_lower_95=pl.col("phase_minutes") - 4, phase_upper_95=pl.col("phase_minutes") + 4
    )


def _moments() -> pl.DataFrame:
    mean = [2 + np.sin(2 * np.pi * slot / 288) for slot in range(288)]
    frame = pl.DataFrame({"slot": range(288), "mean": mean}).with_columns(std=pl.col("mean") / 5)
    return frame.with_columns(lower_95=pl.col("mean") - 0.1, upper_95=pl.col("mean") + 0.1)


def _ensemble() -> pl.DataFrame:
    pairs = [(slot, lag) for slot in range(288) for lag in (*range(1, 13), 288)]
    frame = pl.DataFrame(pairs, schema=["slot", "lag"], orient="row")
    return frame.with_columns(correlation=0.95 ** pl.col("lag") * (pl.col("slot") / 144 - 1))


def _continuous() -> pl.DataFrame:
    lag = np.arange(0, 2_305, 2)
    return pl.concat(
        pl.DataFrame({"lag": lag, "correlation": course}).with_columns(centring=pl.lit(centring))
        for centring, course in (("grand", np.cos(2 * np.pi * lag / 288)), ("periodic", 0.99**lag))
    )


def _density() -> pl.DataFrame:
    grid = [(hour, value / 4) for hour in range(24) for value in range(60)]
    frame = pl.DataFrame(grid, schema=["local_hour", "value"], orient="row")
    density = (-((pl.col("value") - 7 - pl.col("local_hour") / 6) ** 2)).exp()
    return frame.with_columns(empirical_density=density, local_date=pl.lit(None, pl.Date))


DRAWN: dict[str, tuple[Callable[[pl.DataFrame], bytes], pl.DataFrame]] = {
    "forecast": (
        lambda points: charts.forecast_chart(_history().clear(), points, "a forecast", "bit/s"),
        _points(),
    ),
    "history": (
        lambda past: charts.forecast_chart(past, _points().clear(), "a series", "unknown"),
        _history(),
    ),
    "correlogram": (lambda rows: correlogram_chart(rows, "a correlogram"), _autocorrelation()),
    "histogram": (lambda rows: histogram_chart(rows, "a histogram"), _histogram()),
    "peaks": (lambda rows: charts.peaks_chart(rows, "peaks"), _peaks()),
    "mean day": (lambda rows: mean_day_chart(rows, "a day"), _moments()),
    "ensemble": (lambda rows: ensemble_correlation_chart(rows, "rho"), _ensemble()),
    "continuous": (lambda rows: continuous_correlation_chart(rows, "R"), _continuous()),
    "density": (lambda rows: density_chart(rows, "p"), _density()),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_a_small_png_that_grows_with_its_content(name: str) -> None:
    draw, frame = DRAWN[name]
    full, bare = draw(frame), draw(frame.clear())
    assert full.startswith(SIGNATURE)
    assert bare.startswith(SIGNATURE)
    assert len(bare) < len(full) <= charts.MAX_PNG_BYTES
    assert draw(frame) == full


def test_a_week_of_two_minute_windows_stays_small() -> None:
    at_utc = pl.datetime_range(ISSUED - timedelta(days=7), ISSUED, "2m", closed="left", eager=True)
    value = np.random.default_rng(3).gamma(1.0, 1e5, len(at_utc))
    png = charts.forecast_chart(pl.DataFrame({"at_utc": at_utc, "value": value}), _points(), "noise", "byte")
    assert len(png) <= charts.MAX_PNG_BYTES


def test_values_that_are_missing_or_infinite_leave_a_gap() -> None:
    odd = _history().with_columns(
        value=pl.when(pl.int_range(pl.len()) % 100 == 3).then(float("inf")).otherwise("value")
    )
    gap = odd.with_columns(value=pl.when(pl.col("value").is_finite()).then("value"))
    draw = lambda history: charts.forecast_chart(history, _points(), "gaps", "bit/s")  # noqa: E731
    assert draw(odd) == draw(gap)
    assert draw(gap) != draw(_history())


def test_history_before_the_last_week_is_not_drawn() -> None:
    long, week = _history(30), _history(7)
    assert charts.forecast_chart(long, _points(), "week", "bit/s") == charts.forecast_chart(
        week.vstack(long.head(10)), _points(), "week", "bit/s"
    )


def test_charts_show_utc_whatever_the_time_zone_of_the_machine() -> None:
    script = (
        "import sys, hashlib; from tests.assets import test_charts as t\n"
        "draw, frame = t.DRAWN['forecast']\n"
        "print(hashlib.sha256(draw(frame)).hexdigest())"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "TZ": zone, "PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone in ("UTC", "Asia/Kolkata")
    }
    assert len(hashes) == 1


def test_thinning_keeps_extremes_and_gaps() -> None:
    at_utc = pl.datetime_range(ISSUED - timedelta(days=7), ISSUED, "1m", closed="left", eager=True)
    value = np.random.default_rng(5).normal(size=len(at_utc))
    value[4000:4500] = np.nan
    frame = pl.DataFrame({"at_utc": at_utc, "value": pl.Series(value, nan_to_null=True)})
    thin = thinned(frame, charts.HISTORY, charts.WIDTH)
    assert thin.height <= 2 * charts.WIDTH + 2
    assert (thin["value"].min(), thin["value"].max()) == (frame["value"].min(), frame["value"].max())
    assert thin["at_utc"].is_sorted()
    assert thin["value"].null_count() > 10
    assert thin.join(frame, on=["at_utc", "value"], how="anti", nulls_equal=True).is_empty()


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """An RGBA PNG whose rows hold differences from the left, as the renderer writes them."""
    height, width, _ = pixels.shape
    left = np.concatenate([np.zeros((height, 1, 4), np.uint8), pixels[:, :-1]], axis=1)
    rows = np.hstack([np.ones((height, 1), np.uint8), (pixels - left).reshape(height, -1)])
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows.tobytes())),
        (b"IEND", b""),
    ]
    return SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


def _colours(png: bytes) -> NDArray[np.uint8]:
    """Colours of a PNG with a palette and unfiltered rows."""
    position, chunks = len(SIGNATURE), {}
    while position < len(png):
        length, name = struct.unpack_from(">I4s", png, position)
        chunks[name] = png[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack_from(">I", png, position + 8 + length)
        assert checksum == zlib.crc32(name + chunks[name])
        position += 12 + length
    width, height, *kind = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert kind == [8, 3, 0, 0, 0]
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert not rows[:, 0].any()
    return np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3)[rows[:, 1:]]


def _opaque(shape: tuple[int, int], colours: int) -> NDArray[np.uint8]:
    random = np.random.default_rng(11)
    table = random.integers(0, 256, (colours, 4), dtype=np.uint8)
    table[:, 3] = 255
    return table[random.integers(0, colours, shape)]


def test_the_rare_colours_of_a_scale_are_kept_beside_the_commonest() -> None:
    rng = np.random.default_rng(6)
    greys = np.repeat(rng.integers(0, 12, (64, 64, 1)), 3, axis=2)  # many shades that look alike
    pixels = np.concatenate([greys + rng.integers(0, 3, greys.shape), np.full((64, 64, 1), 255)], axis=2)
    pixels[5, 5, :3] = (255, 0, 0)
    found = _colours(shrink_png(_png(pixels.astype(np.uint8))))
    assert found[5, 5].tolist() == [255, 0, 0]
    assert np.abs(found.astype(int) - pixels[..., :3]).max() < 16


def test_a_palette_of_few_colours_loses_nothing() -> None:
    pixels = _opaque((40, 60), 200)
    png = _png(pixels)
    small = shrink_png(png)
    np.testing.assert_array_equal(_colours(small), pixels[..., :3])
    assert len(small) < len(png)


def test_rare_colours_become_the_nearest_of_the_palette() -> None:
    pixels = np.full((30, 30, 4), 255, np.uint8)
    pixels[..., 0] = np.arange(900).reshape(30, 30) % 250
    pixels[..., 1] = 100
    pixels[0, :10, 1] = 101
    shown = _colours(shrink_png(_png(pixels))).astype(int)
    assert np.abs(shown - pixels[..., :3]).max() <= 1


@pytest.mark.parametrize("odd", ["transparent", "photograph", "small"])
def test_a_png_of_another_kind_stays_as_it_is(odd: str) -> None:
    pixels = _opaque((200, 200), 12_000 if odd == "photograph" else 5)
    if odd == "transparent":
        pixels[3, 3, 3] = 0
    png = _png(pixels)
    expected = shrink_png(png) if odd == "small" else png
    assert shrink_png(expected) == expected


def test_markdown_carries_the_picture_itself() -> None:
    png = charts.peaks_chart(_peaks(), "peaks")
    text = charts.png_markdown(png, "phase of [isp/in] |\n![x](http://example.org)")
    found = re.fullmatch(
        r"!\[(?P<alt>(?:[^\[\]\\]|\\.)*)\]\(data:image/png;base64,(?P<data>[A-Za-z0-9+/=]+)\)", text
    )
    assert found is not None
    assert base64.b64decode(found["data"]) == png


def test_a_picture_that_is_too_large_is_left_out_and_said_so() -> None:
    text = charts.png_markdown(SIGNATURE + bytes(charts.MAX_PNG_BYTES), "a picture")
    assert text == "a picture (picture of 60,008 bytes left out: at most 60,000 are kept)"


@pytest.mark.parametrize("broken", [b"", b"<svg/>", b"\xff\xd8\xff"])
def test_what_is_no_png_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match="PNG"):
        charts.png_markdown(broken, "a picture")
    with pytest.raises(ValueError, match="PNG"):
        shrink_png(broken)


def test_a_preview_is_a_table_of_the_first_rows() -> None:
    frame = pl.DataFrame(
        {
            "host|name": ["a|b", "c\nd\x1b[0m", "![x](http://example.org/?<b>)", "e"],
            "value": [1.0, None, 1234567.891, 2.0],
        }
    )
    assert charts.preview_markdown(frame, 3).splitlines() == [
        r"| host\|name | value |",
        "| --- | --- |",
        r"| a\|b | 1 |",
        r"| c\\nd\\x1b\[0m | null |",
        r"| \!\[x\](http://example.org/?&lt;b>) | 1.23457e+06 |",
        "",
        "… and 1 more rows",
    ]


def test_a_preview_of_nothing_says_so() -> None:
    assert charts.preview_markdown(pl.DataFrame({"a": []})).endswith("no rows")
    assert charts.preview_markdown(pl.DataFrame()) == "no columns"


@given(st.lists(st.text(max_size=80), min_size=1, max_size=4), st.text(max_size=20))
def test_no_text_breaks_the_table(texts: list[str], name: str) -> None:
    encodable = [text.encode("utf-8", "replace").decode() for text in texts]
    frame = pl.DataFrame({name: encodable, "n": range(len(texts))})
    lines = charts.preview_markdown(frame).split("\n")
    assert len(lines) == 2 + len(texts)
    for line in lines:
        assert line.isprintable()
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 3
