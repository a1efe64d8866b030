"""ISO 20022 between banks: pacs.008, pacs.002 and camt.054 as values, as bytes, and as what a schema allows.

Knows no order, no account and no folder; `payments.clearing` and its neighbours do.
"""
