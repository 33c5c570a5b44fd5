"""How and when: the Dagster code location, its resources, jobs, schedules and sensors, and the command line.

What is made is in ``assets``; nothing here looks into a table's rows but to report them.
"""

import atexit
import gc
import os

# The models multiply small matrices, where a second thread of the linear algebra only waits for the first:
# on a machine with other work a fit then takes ten times as long. The libraries look once, when they load.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

# Half a million objects of the libraries live as long as the process. Looking through them for garbage every
# 700 allocations, and once more when the process ends, takes a sixth of a small night.
gc.set_threshold(50_000, 20, 50)
atexit.register(gc.freeze)
