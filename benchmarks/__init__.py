"""Speed, memory and growth, against peers and against the floor. See README.md."""
