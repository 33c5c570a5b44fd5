"""The constant-volatility post, section by section, from one day of a web log."""

from __future__ import annotations

from traffic.models.constant_volatility import fit_exact
from traffic.models.filtering import residuals
from traffic.reproduction.post_identification import difference_section, level_section, partial_section
from traffic.reproduction.post_log import log_section, outliers_section, windows_section
from traffic.reproduction.post_model import model_section
from traffic.reproduction.post_partial_theory import ar_pacf_section, ma_pacf_section
from traffic.reproduction.post_residuals import histogram_section, improvements_section, residuals_section
from traffic.reproduction.post_theory import ar_section, ma_section
from traffic.reproduction.section import Section
from traffic.reproduction.web_log_day import WebLogDay


def reproduce_post(day: WebLogDay) -> tuple[Section, ...]:
    """Go through the post with a day of a web log.

    Parameters
    ----------
    day : WebLogDay
        The day.

    Returns
    -------
    tuple of Section
        In the order of the post.

    Raises
    ------
    ValueError
        If the day is too short for the model, or has no variation; see ``traffic.models.requirements``.
    """
    fit = fit_exact(day.value_clean)
    left = residuals(day.value_clean, fit)
    return (
        log_section(day),
        windows_section(day),
        outliers_section(day),
        ar_section(),
        ma_section(),
        ar_pacf_section(),
        ma_pacf_section(),
        level_section(day),
        difference_section(day),
        partial_section(day),
        model_section(day, fit),
        residuals_section(left, fit),
        histogram_section(left),
        improvements_section(left),
    )
