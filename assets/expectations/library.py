"""Loads Great Expectations, once and without what its import does to the rest of the process.

Nothing else imports the library: it takes seconds, warns, and changes how the whole process shows
warnings. What is done with it belongs to ``adapter`` and to the suites.
"""

from __future__ import annotations

import functools
import logging
import warnings
from typing import Any


@functools.cache
def load_library() -> Any:
    """Import Great Expectations, at the first call only.

    Returns
    -------
    module
        The package ``great_expectations``, its ``expectations`` loaded.
    """
    with warnings.catch_warnings():
        # Great Expectations 1.24 still imports two modules that Python has deprecated.
        warnings.filterwarnings(
            "ignore",
            message=r"module 'sre_(constants|parse)' is deprecated",
            category=DeprecationWarning,
            module=r"great_expectations\.",
        )
        shown_by = warnings.showwarning
        import great_expectations
        import great_expectations.expectations

        if warnings.showwarning is not shown_by:
            # The import sends every later warning of the process to a logger that nobody reads.
            logging.captureWarnings(False)
    return great_expectations
