"""What `diurnal` does when somebody types it: the commands, what they ask, print and draw on a terminal.

What Dagster loads by itself (code location, jobs, schedules, sensors) stands above and never imports from
here.
"""
