"""How loops that no array operation can say are compiled.

Only the wrapper belongs here; what is compiled stands beside its callers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function, and keep what was compiled for the next process where there is a place for it."""
    return _compiled(function)


def compiled_sums(function: Callable[P, R]) -> Callable[P, R]:
    """Compile as ``compiled``, with leave to add in another order, which is faster."""
    return _compiled(function, {"reassoc", "contract"})


def _compiled(function: Callable[P, R], fastmath: bool | set[str] = False) -> Callable[P, R]:
    try:
        made: Callable[P, R] = njit(nogil=True, cache=True, fastmath=fastmath)(function)
    except RuntimeError:  # neither the package's folder nor the user's cache can be written to
        made = njit(nogil=True, fastmath=fastmath)(function)
    return made
