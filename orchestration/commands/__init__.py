"""One module for each subcommand of ``diurnal``: its words, its examples, the function it calls, its exit code.

What a command does lies elsewhere in ``orchestration`` and is imported when the command runs: help must be quick.
"""
