"""What can go wrong with the warehouse, each as a sentence for the person who runs it."""


class WarehouseError(RuntimeError):
    """The warehouse cannot be opened, or its schema is not the one that this release knows."""


class WarehouseBusyError(WarehouseError):
    """Another process holds the warehouse; the message says which."""


class QueryError(ValueError):
    """A query that DuckDB refuses; the message is DuckDB's."""
