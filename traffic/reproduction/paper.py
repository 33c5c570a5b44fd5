"""The paper on daily traffic as a periodically correlated process, section by section, from one week."""

from __future__ import annotations

from traffic.reproduction.paper_correlations import continuous_section, ensemble_section
from traffic.reproduction.paper_days import days_sections, week_section
from traffic.reproduction.paper_densities import density_section
from traffic.reproduction.paper_model import model_section, purpose_section
from traffic.reproduction.section import Section
from traffic.reproduction.series_week import SeriesWeek


def reproduce_paper(week: SeriesWeek) -> tuple[Section, ...]:
    """Go through the paper with a week of a series.

    Parameters
    ----------
    week : SeriesWeek
        The week.

    Returns
    -------
    tuple of Section
        In the order of the paper: Khvostivskyi et al. 2021.
    """
    return (
        week_section(week),
        *days_sections(week),
        density_section(week),
        ensemble_section(week),
        continuous_section(week),
        model_section(week),
        purpose_section(week),
    )
