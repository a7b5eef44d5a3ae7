"""Readers: each turns one kind of file into facts, small dataclasses whose values carry spans."""
