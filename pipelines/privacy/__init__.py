"""Personal data: the key, normalising, keyed hashing and masking."""
