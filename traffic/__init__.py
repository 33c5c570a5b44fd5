"""The science of Diurnal, pure: bytes and frames in, frames and arrays out.

Here belong parsing, windowing, diagnostics, models and simulation. Clocks, paths, databases and
schedulers do not: they live in ``warehouse``, ``assets`` and ``orchestration``.
"""
