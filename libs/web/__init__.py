"""What the pages of desk and portal share: layout, style, forms, languages, and what guards them.

Reads the templates and files in its folder; writes nothing; keeps nothing but the counters of its limits.
"""
