"""What a run writes: ids carried over, the map, the log and the figures."""
