"""The benchmarks: how near the portal comes to what PostgreSQL and Django can do on the same machine, as ratios.

`make bench` runs `python -m bench`; bench/README.md explains how to read what it prints. No other package imports this
one, but for the command that measures.
"""
