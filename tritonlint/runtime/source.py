"""Where a disposable server comes from: installed, out of the ``nvidia-pytriton`` wheel, or a container image."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tritonlint.runtime.container import ENGINES, open_container
from tritonlint.runtime.prepare import is_prepared, unpack
from tritonlint.runtime.server import DisposableServer
from tritonlint.runtime.wheel import (
    InstallationError,
    ServerInstallation,
    nearest_release,
    prepare_server,
    prepared_releases,
    python_environment,
)

INSTALLED_PLACES = ("/opt/tritonserver",)
DRIVER_FOLDERS = ("/usr/local/nvidia/lib64", "/usr/lib/wsl/lib")
NO_GPU = {"CUDA_VISIBLE_DEVICES": ""}


def open_server(
    source: str,
    *,
    release: str,
    repositories: Path | str | Sequence[Path | str],
    device: str = "cpu",
    shm_size: int | None = None,
    allocator: Path | None = None,
    python: Path | None = None,
    stub: str | None = None,
    control: str = "explicit",
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    grpc: bool = True,
    metrics: bool = False,
    start_seconds: float = 60.0,
    stop_seconds: float = 10.0,
    cache: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> DisposableServer:
    """A server that is started by ``with`` and gone without a trace after it.

    ``source`` is ``auto`` (an installed server, else the embedded one), ``installed[:PATH]``, ``embedded``,
    ``podman:IMAGE``, ``docker:IMAGE``, ``podman:rootfs:FOLDER``, or a folder that ``prepare_folder`` wrote.
    ``release`` is the target's: the embedded server is the one nearest to it. ``python`` is the interpreter whose
    packages the stubs see, ``stub`` the Python version of the default stub of the embedded server, ``allocator`` a
    library that is preloaded into the server and so into every stub. In a container the packages are those of the
    image, and ``shm_size`` is the size of ``/dev/shm``.
    """
    kind, _, rest = source.partition(":")
    say = progress or _silent
    preload = {"LD_PRELOAD": str(allocator)} if allocator is not None else {}
    settings = preload | (NO_GPU if device == "cpu" else {}) | dict(environment or {})
    if kind in ("auto", "installed"):
        found = find_installed(rest)
        if found is not None:
            installation = _installed(found, python)
        elif kind == "installed":
            raise InstallationError(f"no tritonserver {f'at {rest}' if rest else 'on PATH or in /opt/tritonserver'}")
        else:
            installation = _embedded(release, python, stub, cache, say)
    elif source == "embedded":
        installation = _embedded(release, python, stub, cache, say)
    elif is_prepared(Path(source)):
        say(f"unpacking {source}")
        root, prepared = unpack(Path(source), cache=cache)
        installation = prepare_server(prepared, cache=root, python_packages=True, python=python, stub=stub)
    elif kind in ENGINES and rest:
        return open_container(
            source,
            release=release,
            repositories=repositories,
            allocator=allocator,
            stub=stub,
            device=device,
            cache=cache,
            progress=say,
            environment=settings,
            shm_size=shm_size,
            control=control,
            options=options,
            grpc=grpc,
            metrics=metrics,
            start_seconds=start_seconds,
            stop_seconds=stop_seconds,
        )
    else:
        raise InstallationError(
            f"unknown server {source!r}: auto, installed[:PATH], embedded, podman:IMAGE, docker:IMAGE or the folder "
            "that --prepare wrote"
        )
    if device == "gpu":
        installation = _with_driver(installation)
    if shm_size is not None:
        raise InstallationError("the size of /dev/shm can be chosen for a container only: --server podman:IMAGE")
    return DisposableServer(
        installation,
        repositories,
        control=control,
        options=options,
        environment=settings,
        grpc=grpc,
        metrics=metrics,
        start_seconds=start_seconds,
        stop_seconds=stop_seconds,
    )


def find_installed(place: str = "") -> Path | None:
    """The program of an installed server: ``place`` (program or installation folder), else found."""
    if place:
        candidates = [Path(place), Path(place) / "bin" / "tritonserver"]
    else:
        on_path = shutil.which("tritonserver")
        candidates = [Path(on_path)] if on_path else []
        candidates += [Path(folder) / "bin" / "tritonserver" for folder in INSTALLED_PLACES]
    return next((path.absolute() for path in candidates if path.is_file() and os.access(path, os.X_OK)), None)


def _installed(program: Path, python: Path | None) -> ServerInstallation:
    root = program.resolve().parent.parent
    backends = root / "backends"
    environment = dict(python_environment(python)) if python is not None else _without_own_environment()
    libraries = [str(root / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]
    environment["LD_LIBRARY_PATH"] = os.pathsep.join(entry for entry in libraries if entry)
    return ServerInstallation(
        release="",
        version="",
        root=root,
        executable=program,
        backends=backends if backends.is_dir() else None,
        environment=environment,
        origin=f"installed in {root}",
    )


def _without_own_environment() -> dict[str, str]:
    """``PATH`` without the virtual environment that tritonlint runs in: the server's models do not run in it."""
    if sys.prefix == sys.base_prefix:
        return {}
    own = os.path.realpath(os.path.join(sys.prefix, "bin"))
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return {"PATH": os.pathsep.join(entry for entry in entries if os.path.realpath(entry) != own), "VIRTUAL_ENV": ""}


def driver_folder() -> Path | None:
    """The folder of the NVIDIA driver's ``libcuda.so.1`` where the dynamic loader does not look by itself."""
    given = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    folders = [Path(folder) for folder in (*given, *DRIVER_FOLDERS) if folder]
    return next((folder for folder in folders if (folder / "libcuda.so.1").exists()), None)


def _with_driver(installation: ServerInstallation) -> ServerInstallation:
    """The server's libraries stay first: of the folder nothing but the driver is wanted."""
    folder = driver_folder()
    if folder is None:
        return installation
    libraries = [installation.environment.get("LD_LIBRARY_PATH", ""), str(folder)]
    path = os.pathsep.join(entry for entry in libraries if entry)
    return replace(installation, environment={**installation.environment, "LD_LIBRARY_PATH": path})


def _embedded(
    target: str, python: Path | None, stub: str | None, cache: Path | None, say: Callable[[str], None]
) -> ServerInstallation:
    release = nearest_release(target)
    try:
        return prepare_server(release, cache=cache, python_packages=True, python=python, stub=stub, progress=say)
    except InstallationError as error:
        # Without a network, another release that is already here is better than none.
        here = [other for other in prepared_releases(cache) if other != release]
        if not here:
            raise
        other = nearest_release(target, here)
        found = prepare_server(other, cache=cache, python_packages=True, python=python, stub=stub, progress=say)
        return replace(found, origin=f"{found.origin}; {release} would be nearer to {target}, but {error}")


def _silent(_message: str) -> None:
    """Progress that nobody follows."""
