"""Real servers: a source opens one, a guard watches over it, probes look at it. Begin with ``source.open_server``."""
