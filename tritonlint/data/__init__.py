"""Data that ships with the package; built by scripts/build_data.py from proto/."""
