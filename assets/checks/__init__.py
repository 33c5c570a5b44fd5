"""Asset checks: each states a claim about a table or a source, and shows in Dagster whether it holds.

What is expected of the rows is in ``assets.expectations``; a check here only reads what was found.
"""
