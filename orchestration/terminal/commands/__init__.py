"""One module for each subcommand of ``diurnal``: its words, its examples, what it calls, its exit code.

What a command does lies elsewhere in ``orchestration``, imported when the command runs: help must be quick.
"""
