"""What exists: one module for each database schema, its sources and its checks.

An asset reads frames through the warehouse, calls ``traffic`` and writes through the warehouse. When things
run is decided in ``orchestration``; how numbers are made, in ``traffic``.
"""
