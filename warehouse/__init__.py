"""Where results are kept: the only code that opens DuckDB.

Applies ``sql/``, reads and writes whole frames in transactions, publishes a copy for readers. What the
numbers mean, and when they are made, is decided elsewhere.
"""

from warehouse.errors import QueryError, WarehouseBusyError, WarehouseError
from warehouse.reading import read_query
from warehouse.schema import Declaration, declaration
from warehouse.store import Warehouse, Within, open_warehouse

__all__ = [
    "Declaration",
    "QueryError",
    "Warehouse",
    "WarehouseBusyError",
    "WarehouseError",
    "Within",
    "declaration",
    "open_warehouse",
    "read_query",
]
