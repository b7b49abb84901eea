"""Predicted purchases and lifetime value: BG/NBD and gamma-gamma, by maximum likelihood."""
