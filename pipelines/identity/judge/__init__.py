"""How good the partition is: figures that stop a refresh, and pairs against the truth."""
