"""What the files say: the dictionary of identifiers, the edges, and who is set apart."""
