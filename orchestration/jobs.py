"""The jobs: ``nightly`` makes everything for one night, ``ingest`` only reads what has landed."""

from __future__ import annotations

import dagster as dg

NIGHTLY = "nightly"
INGEST = "ingest"

nightly_job = dg.define_asset_job(
    NIGHTLY,
    selection=dg.AssetSelection.all(),
    description="Reads what has landed, fits both model families, forecasts, checks and publishes one night.",
)
ingest_job = dg.define_asset_job(
    INGEST,
    selection=dg.AssetSelection.groups("raw"),
    description="Reads what has landed, and nothing more.",
)
