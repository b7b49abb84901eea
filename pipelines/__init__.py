"""Siyu: a warehouse-native customer data center (see README.md and docs/)."""
