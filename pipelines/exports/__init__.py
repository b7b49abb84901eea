"""Raw export files to checked rows: contracts, detect, read, check, load, ledger."""
