"""Stubs and environments of several Pythons and releases, tried on real servers and held against the verdict."""
