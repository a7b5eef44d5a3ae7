"""Linter, config validator and runtime check for Triton Inference Server model repositories."""

from pathlib import Path

__version__ = "0.1.0"

# In a checkout (editable install or none) the rules lie beside this package, not inside it.
if not (Path(__file__).parent / "rules").is_dir():
    __path__.append(str(Path(__file__).parent.parent))
