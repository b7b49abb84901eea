"""Who is one person: the part of the graph that a run touches, and its partition."""
