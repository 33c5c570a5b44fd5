"""How and when: the Dagster code location, its resources, jobs, schedules and sensors, and the command line.

What is made is in ``assets``; nothing here looks into a table's rows but to report them.
"""
