"""A rehearsal of model.py: what Triton would do with it, played through with values as far as they are known.

Nothing of the file is ever imported or run: the tree of :mod:`tritonlint.inputs.python_tree` is interpreted. What the
config decides (``args``, names, data types, dimensions) is known, what a request decides is not. An operation on
something unknown gives something unknown and never fails, so whatever is said to fail does fail.
"""
