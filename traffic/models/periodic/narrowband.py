"""The filter method: narrow-band components xi_k(t), and the covariance harmonics from their correlations.

Transforms of whole records belong here. They need slots that follow each other without a jump.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from traffic.models.periodic.harmonics import refuse_harmonics
from traffic.models.periodic.slot_sums import refuse_misfit, starts_of_runs

_SERIES_AT_ONCE: Final = 32
"""Spectra are long: this many at once keep them within a few tens of megabytes."""


def narrowband_components(
    values: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int, harmonics: Sequence[int]
) -> NDArray[np.complex128]:
    """Split series into the slowly changing amplitudes of their harmonics.

    xi_k(t) is x(t) through an ideal band-pass filter within w0 / 2 of k w0, w0 = 2 pi / S, shifted to
    frequency zero by exp(-j k w0 t): what is within half a cycle per period of harmonic k. |xi_k(t)| and its
    argument say how amplitude and phase of that harmonic move from day to day.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        Without missing values (``filled_with_mean`` ahead).
    slot : ndarray of int of shape (time,)
        Slot of each time, each following the one before.
    n_slots : int
        Number of slots in the period.
    harmonics : sequence of int
        Which k are wanted; negative ones give the conjugates of the positive ones.

    Returns
    -------
    ndarray of complex of shape (series, len(harmonics), time)
        In the series' unit. The sum over all S harmonics of xi_k(t) exp(j k w0 t) is x(t).

    Raises
    ------
    ValueError
        If the shapes do not match, a slot is out of range, slots jump or values are missing.

    Notes
    -----
    Khvostivskyi et al. 2021, eq. 5. The filter is made by a transform of the whole record, which takes the
    record's end for the neighbour of its beginning: the first and the last period are less sure. A line that
    lies half-way between two harmonics belongs half to each.
    """
    _refuse_jumps(values, slot, n_slots)
    if np.isnan(values).any():
        raise ValueError("A filter needs every value; fill the missing ones with the periodic mean first.")
    n = values.shape[1]
    spectrum = fft.fft(values, axis=1)
    components = np.empty((values.shape[0], len(harmonics), n), dtype=np.complex128)
    for column, k in enumerate(harmonics):
        # Distance from the harmonic on the circle of frequencies, in cycles per period.
        distance = np.abs((fft.fftfreq(n) - k / n_slots + 0.5) % 1.0 - 0.5) * n_slots
        band_pass = np.where(np.isclose(distance, 0.5), 0.5, distance < 0.5)
        carrier = np.exp(-2j * np.pi * k * slot / n_slots)
        components[:, column] = fft.ifft(spectrum * band_pass, axis=1) * carrier
    return components


def narrowband_covariance_harmonics(
    centred: NDArray[np.float64],
    slot: NDArray[np.int64],
    n_slots: int,
    lags: Sequence[int],
    n_harmonics: int,
) -> NDArray[np.complex128]:
    """Harmonics of the periodic covariance by the filter method.

    With R_{kl}(u) = E[conj(xi_k(t)) xi_l(t + u)], B_k(u) = sum_l R_{l-k,l}(u) exp(j l w0 u).

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        Deviations from the periodic mean, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time, each following the one before.
    n_slots : int
        Number of slots in the period.
    lags : sequence of int
        Lags u in steps, 0 or more.
    n_harmonics : int
        Highest harmonic K.

    Returns
    -------
    ndarray of complex of shape (series, lags, n_harmonics + 1)
        B_0(u) to B_K(u); NaN where no pair is there.

    Raises
    ------
    ValueError
        If the shapes do not match, a slot is out of range, slots jump or there are not that many harmonics.

    Notes
    -----
    Khvostivskyi et al. 2021; Gardner 1987 (spectral correlation). The mean over t is over the pairs that the
    record holds: it is extended by zeros to whole periods beyond the longest lag, an odd number of them, so
    that no line lies between two filters. As ideal filters tile the spectrum, the sum over l of R_{l-k,l} is
    then one product of the spectrum with itself moved by k w0, and the estimate is the component method's on
    every pair that is there: an identity, which a test checks against the definition. What is left between
    the two methods is that ``component`` cuts to whole periods.
    """
    _refuse_jumps(centred, slot, n_slots)
    refuse_harmonics(n_harmonics, n_slots)
    n = centred.shape[1]
    n_periods = -(-(n + max(lags, default=0)) // n_slots)
    n_periods += 1 - n_periods % 2
    harmonics = np.empty((centred.shape[0], len(lags), n_harmonics + 1), dtype=np.complex128)
    for first in range(0, centred.shape[0], _SERIES_AT_ONCE):
        block = centred[first : first + _SERIES_AT_ONCE]
        harmonics[first : first + _SERIES_AT_ONCE] = _of_block(
            block, n_periods, n_slots, list(lags), n_harmonics
        )
    turn = np.exp(-2j * np.pi * np.arange(n_harmonics + 1) * (slot[0] if n else 0) / n_slots)
    with np.errstate(invalid="ignore"):
        return np.asarray(harmonics * turn)


def _of_block(
    centred: NDArray[np.float64], n_periods: int, n_slots: int, lags: list[int], n_harmonics: int
) -> NDArray[np.complex128]:
    n_padded = n_periods * n_slots
    is_observed = ~np.isnan(centred)
    spectrum = fft.fft(np.where(is_observed, centred, 0.0), n_padded, axis=1)
    counts = fft.irfft(
        np.abs(fft.rfft(is_observed.astype(np.float64), n_padded, axis=1)) ** 2, n_padded, axis=1
    )
    n_pairs = np.rint(counts[:, lags])
    harmonics = np.empty((centred.shape[0], len(lags), n_harmonics + 1), dtype=np.complex128)
    # The inverse transform at the few lags wanted is a product with their phases, much less than all of it.
    phases = np.exp(2j * np.pi * (np.outer(np.arange(n_padded), lags) % n_padded) / n_padded) / n_padded
    for k in range(n_harmonics + 1):
        moved = np.roll(spectrum, k * n_periods, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            harmonics[:, :, k] = (np.conj(moved) * spectrum) @ phases / n_pairs
    return harmonics


def _refuse_jumps(values: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int) -> None:
    refuse_misfit(values, slot, n_slots)
    jumps = starts_of_runs(slot, n_slots)[1:]
    if jumps.size:
        raise ValueError(
            f"Slot {slot[jumps[0] - 1]} is followed by {slot[jumps[0]]} at position {jumps[0]}; a filter "
            f"needs slots that follow each other, as on a clock that is never changed."
        )
