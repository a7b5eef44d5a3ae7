"""Real servers: one is fetched by :mod:`~tritonlint.runtime.wheel` and run by :mod:`~tritonlint.runtime.server`."""
