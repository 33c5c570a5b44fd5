"""The Dagster code location: every asset, check, job, schedule and sensor of one home."""

from __future__ import annotations

import dagster as dg
from threadpoolctl import threadpool_limits

from assets.alerts import alert_deliveries, alert_events
from assets.checks.bills import bills_can_be_counted
from assets.checks.claims import claim_checks
from assets.checks.schema import warehouse_has_the_declared_schema
from assets.checks.sources import source_checks
from assets.checks.tables import (
    champions_have_not_decayed,
    ledger_accounts_for_every_line,
    observations_have_no_unmarked_gap,
    selected_orders_stand_among_their_candidates,
    stated_steps_agree_with_the_day,
    suite_checks,
)
from assets.congestion import congestion_of_the_night
from assets.diagnostics import effects_of_outlier_rules, residual_diagnostics
from assets.forecasts import champions_and_points
from assets.metrics import published_metrics
from assets.models import constant_volatility_fits
from assets.outlooks import outlooks_and_bills
from assets.partitions import nights_of
from assets.periodic import periodic_family
from assets.published import published_copy
from assets.quality import expectations
from assets.raw import landing_files
from assets.reports import night_page
from assets.scores import scores_of_the_day_before
from assets.series import series_of_sources
from assets.sources import Sources, SourcesError, read_sources
from orchestration.home import Home
from orchestration.jobs import ingest_job, nightly_job
from orchestration.late_nights import late_night_sensor, punctuality_check
from orchestration.night_sensors import night_sensors_of
from orchestration.resources import resources_of
from orchestration.schedules import nightly_schedule
from orchestration.sensors import sensors_of
from warehouse.store import DEFAULT_WAIT_SECONDS

# Raw rows are the same whatever night asks for them; everything else is made for a night.
_MADE_FOR_A_NIGHT = (
    series_of_sources,
    constant_volatility_fits,
    periodic_family,
    champions_and_points,
    congestion_of_the_night,
    scores_of_the_day_before,
    residual_diagnostics,
    effects_of_outlier_rules,
    outlooks_and_bills,
    expectations,
    alert_events,
    published_copy,
    night_page,
    alert_deliveries,
    published_metrics,
)


def definitions_of(home: Home, wait_seconds: float = DEFAULT_WAIT_SECONDS) -> dg.Definitions:
    """Return the code location of a home.

    It loads whatever state the home is in: with no sources.toml, or a broken one, the raw assets say so, and
    a run fails with the same sentence.

    Parameters
    ----------
    home : Home
        The installation.
    wait_seconds : float
        How long a run waits for another one that holds the warehouse.
    """
    sources, problem = _sources_of(home)
    nights = nights_of(sources.platform.time_zone)
    assets = dg.map_asset_specs(
        lambda spec: spec.replace_attributes(partitions_def=nights), _MADE_FOR_A_NIGHT
    )
    raw = dg.map_asset_specs(lambda spec: _with_problem(spec, problem), [landing_files])
    return dg.Definitions(
        assets=[*raw, *assets],
        asset_checks=[
            warehouse_has_the_declared_schema,
            ledger_accounts_for_every_line,
            observations_have_no_unmarked_gap,
            selected_orders_stand_among_their_candidates,
            stated_steps_agree_with_the_day,
            champions_have_not_decayed,
            *claim_checks(),
            bills_can_be_counted,
            *suite_checks(),
            *source_checks(sources),
            punctuality_check(sources.platform.time_zone),
        ],
        jobs=[nightly_job, ingest_job],
        schedules=[nightly_schedule(sources.platform.time_zone)],
        sensors=[
            *sensors_of(home, sources),
            late_night_sensor(sources.platform.time_zone),
            *night_sensors_of(home, sources),
        ],
        resources=resources_of(home, wait_seconds),
        # DuckDB takes one writer: steps run in the run's own process, one after the other.
        executor=dg.in_process_executor,
    )


def _sources_of(home: Home) -> tuple[Sources, str | None]:
    try:
        return read_sources(home.sources_toml), None
    except SourcesError as error:
        return Sources(), str(error)


def _with_problem(spec: dg.AssetSpec, problem: str | None) -> dg.AssetSpec:
    if problem is None:
        return spec
    return spec.replace_attributes(description=f"**Nothing can be read.** {problem}\n\n{spec.description}")


# The models' matrices are small: a second BLAS thread makes a fit four to ten times slower, not faster.
threadpool_limits(limits=1, user_api="blas")

defs = definitions_of(Home.of_environment())
