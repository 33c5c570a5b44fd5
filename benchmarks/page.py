"""What the night's page costs: seconds of this process and bytes, by the number of series.

python benchmarks/page.py 50 120
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from page_night import ISSUED, NIGHT, fill

from assets.page.charts import chart_library
from assets.report.night_frames import read_night
from assets.report.page import night_pages
from warehouse import open_warehouse


def main(counts: list[int]) -> None:
    begin = time.process_time()
    size = len(chart_library().encode())
    print(f"chart library: {size:,} bytes, {time.process_time() - begin:.1f} s once a process")
    for count in counts:
        with (
            tempfile.TemporaryDirectory() as folder,
            open_warehouse(Path(folder) / "traffic.duckdb", holder="a benchmark") as warehouse,
        ):
            with warehouse.transaction():
                fill(warehouse, [f"isp/{number}" for number in range(count)])
            begin = time.process_time()
            pages = night_pages(warehouse.query, read_night(warehouse.query, NIGHT, ISSUED), "Europe/Berlin")
            seconds = time.process_time() - begin
        sizes = ", ".join(f"{len(page.html.encode()):,}" for page in pages)
        print(f"{count} series: {seconds:.1f} s, pages of {sizes} bytes")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [50])
