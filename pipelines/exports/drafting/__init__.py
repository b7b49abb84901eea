"""A first draft of a contract and its staging model, from sample files."""
