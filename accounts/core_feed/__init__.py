"""What comes from the bank's core system: customers and accounts as CSV, entries as ISO 20022 camt.053 and camt.054.

`files.import_file` is the way in. docs/core-feed.md says what the files hold.
"""
