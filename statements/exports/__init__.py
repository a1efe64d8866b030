"""The lines of a period as files: one format a module, all of the same input (history.py)."""
