"""Exact Gaussian likelihood of a PARMA on a record with missing values, and its one-step errors.

The Kalman filter is statsmodels'; the system that it filters is here. Searching for the maximum belongs to
``parma``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsmodels.tsa.statespace.kalman_filter import KalmanFilter

from traffic.models.periodic.parma_law import (
    PeriodicArma,
    parma_loading,
    parma_state_covariance,
    parma_transitions,
)
from traffic.models.periodic.slot_sums import refuse_misfit


class ParmaLikelihood:
    """Likelihood of PARMA models of one record.

    Parameters
    ----------
    centred : ndarray of shape (time,)
        Deviations from the periodic mean, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots in the period.

    Raises
    ------
    ValueError
        If the shapes do not match, a slot is out of range or nothing was observed.

    Notes
    -----
    The state starts from its periodically stationary law at the slot of the first value, so that the
    likelihood is exact. Missing values are passed over by the filter. Vecchia 1985; Durbin and Koopman 2012.
    """

    def __init__(self, centred: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int) -> None:
        refuse_misfit(centred[None], slot, n_slots)
        if np.isnan(centred).all():
            raise ValueError("A likelihood needs values; all are missing.")
        self._centred, self._slot, self._n_slots = centred, slot, n_slots
        # The system's entry at t leads from t to t + 1.
        self._next = np.append(slot[1:], (slot[-1] + 1) % n_slots)
        self._filters: dict[tuple[int, int], Any] = {}

    def loglikelihood(self, model: PeriodicArma) -> float:
        """Logarithm of the density of the values observed.

        Parameters
        ----------
        model : PeriodicArma
            Periodically stationary.

        Returns
        -------
        float
            Of normal values in the record's unit.

        Raises
        ------
        ValueError
            If the shapes do not match or the process is not periodically stationary.
        """
        return float(self._system(model).loglike())

    def errors(self, model: PeriodicArma) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """One-step errors of the record, and their standard deviations.

        Parameters
        ----------
        model : PeriodicArma
            Periodically stationary.

        Returns
        -------
        error, std : ndarray of shape (time,)
            x(t) - E[x(t) | values before t], NaN where x(t) is missing, and what it scatters by; the ratio
            is white and of unit variance where the model is true.

        Raises
        ------
        ValueError
            If the shapes do not match or the process is not periodically stationary.
        """
        filtered = self._system(model).filter()
        error = np.where(np.isnan(self._centred), np.nan, filtered.forecasts_error[0])
        return error, np.sqrt(np.asarray(filtered.forecasts_error_cov[0, 0], dtype=np.float64))

    def _system(self, model: PeriodicArma) -> Any:
        if model.std.size != self._n_slots:
            raise ValueError(f"The model has {model.std.size} slots, the record {self._n_slots}.")
        transitions, loading = parma_transitions(model), parma_loading(model)
        order = model.ar.shape[1], model.ma.shape[1]
        if order not in self._filters:
            system = KalmanFilter(k_endog=1, k_states=loading.size, k_posdef=1, loglikelihood_burn=0)
            system.bind(self._centred[:, None].copy())
            system["design", 0, 0] = 1.0
            system["selection"] = loading[:, None]
            self._filters[order] = system
        system = self._filters[order]
        system["transition"] = np.moveaxis(transitions[self._next], 0, 2)
        system["state_cov"] = (model.std[self._next] ** 2)[None, None]
        system.initialize_known(np.zeros(loading.size), parma_state_covariance(model)[self._slot[0]])
        return system
