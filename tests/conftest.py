"""Fixtures of several test modules: real servers, fetched once into ``.cache`` (or ``TRITONLINT_TEST_CACHE``)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tritonlint.runtime.wheel import InstallationError, ServerInstallation, prepare_server


@pytest.fixture(scope="session")
def server_cache() -> Path:
    """Where servers are kept between test runs."""
    return Path(os.environ.get("TRITONLINT_TEST_CACHE") or Path(__file__).parents[1] / ".cache" / "tritonlint")


def _server(release: str, cache: Path, *, python_packages: bool = False) -> ServerInstallation:
    try:
        return prepare_server(release, cache=cache, python_packages=python_packages)
    except (InstallationError, OSError) as error:
        pytest.skip(f"no real server of release {release}: {error}")


@pytest.fixture(scope="session")
def server_2410(server_cache: Path) -> ServerInstallation:
    """The real server of release 24.10; skips where its wheel cannot be fetched."""
    return _server("24.10", server_cache)


@pytest.fixture(scope="session")
def server_2312(server_cache: Path) -> ServerInstallation:
    """The real server of release 23.12; skips where its wheel cannot be fetched."""
    return _server("23.12", server_cache)


@pytest.fixture(scope="session")
def python_server_2410(server_cache: Path) -> ServerInstallation:
    """Release 24.10 with an environment in which its Python stub runs model.py files (NumPy 1)."""
    return _server("24.10", server_cache, python_packages=True)
