"""From bytes to records: decompression, lines, web-log formats and provider exports.

Every line that comes in goes out again as a record, a rejected line with its reason, or a skipped one.
Opening files and writing tables do not belong here, nor does what a series is (``traffic.windowing``).
"""
