"""What one case is: a server of a release, and a model that somebody could have written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.matrix.parts import STUB, Parts

MODEL = "probe"
TARGET = "target"
KEYWORD = "$$TRITON_MODEL_DIRECTORY"

CONFIG = """\
name: "{name}"
backend: "{backend}"
input [ {{ name: "INPUT" data_type: TYPE_FP32 dims: [ 3 ] }} ]
output [ {{ name: "OUTPUT" data_type: TYPE_FP32 dims: [ 3 ] }} ]
instance_group [ {{ kind: KIND_CPU count: 1 }} ]
"""
PARAMETER = 'parameters {{ key: "EXECUTION_ENV_PATH" value {{ string_value: "{}" }} }}\n'

# The model tells on its own interpreter, in a file: arrays are just what may not work.
PROBE = """\
import json
import os
import sys

import numpy
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
            mapped = {line.split()[-1] for line in maps if "libpython" in line}
        found = {
            "python": "%d.%d" % sys.version_info[:2],
            "prefix": sys.prefix,
            "libpython": sorted(mapped),
            "stub": os.readlink("/proc/self/exe"),
            "numpy": numpy.__version__,
        }
        place = os.path.join(os.environ["TRITONLINT_REPORT"], args["model_name"])
        with open(place, "w", encoding="utf-8") as stream:
            json.dump(found, stream)

    def execute(self, requests):
        responses = []
        for request in requests:
            values = pb_utils.get_input_tensor_by_name(request, "INPUT").as_numpy()
            if values[0] > 40:
                call = pb_utils.InferenceRequest(
                    model_name="target",
                    requested_output_names=["OUTPUT"],
                    inputs=[pb_utils.Tensor("INPUT", values)],
                )
                answer = call.exec()
                if answer.has_error():
                    raise pb_utils.TritonModelException(answer.error().message())
                values = pb_utils.get_output_tensor_by_name(answer, "OUTPUT").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT", values + numpy.float32(1))]))
        return responses
"""
ADD = """\
import numpy
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            values = pb_utils.get_input_tensor_by_name(request, "INPUT").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT", values + numpy.float32(1))]))
        return responses
"""


Build = Callable[["Room"], None]
"""Puts stub and environment into the model's folder."""


@dataclass(frozen=True)
class Case:
    """One model on one server."""

    release: str
    name: str
    axes: tuple[str, ...]
    """What the case is in a table: stub and environment, or the story of an odd case."""
    build: Build
    options: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the :class:`Room` that differ from the usual ones."""

    def make(self, parts: Parts) -> Room:
        """Write the repository of this case into a new folder; the caller removes it."""
        room = Room(parts, self.release, parts.work(), **self.options)
        room.write()
        self.build(room)
        room.write_config()
        return room


@dataclass
class Room:
    """The folder of a case: ``models`` with the model and the one that it calls."""

    parts: Parts
    release: str
    folder: Path
    backend: str = "python"
    environment: str | None = None
    backends: Path | None = None
    depth: str = "models"
    """Where the repository lies below the folder; deeper, and stubs do not find their libraries."""
    model_name: str = MODEL
    expected: str = ""
    """The Python that is meant to run the model; "" for any."""
    freeze: bool = False
    """Whether the server may change nothing in the model."""

    @property
    def repository(self) -> Path:
        return self.folder / self.depth

    @property
    def model(self) -> Path:
        return self.repository / self.model_name

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def write(self) -> None:
        self.reports.mkdir()
        for name, code in ((self.model_name, PROBE), (TARGET, ADD)):
            version = self.repository / name / "1"
            version.mkdir(parents=True)
            (version / "model.py").write_text(code, encoding="utf-8")

    def write_config(self) -> None:
        for name, backend in ((self.model_name, self.backend), (TARGET, "python")):
            text = CONFIG.format(name=name, backend=backend)
            if name != TARGET and self.environment is not None:
                text += PARAMETER.format(self.environment)
            (self.repository / name / "config.pbtxt").write_text(text, encoding="utf-8")

    def stub(self, release: str, version: str, place: str = STUB, mode: int = 0o755) -> Path:
        """Put NVIDIA's stub into the model's folder."""
        destination = self.model / place
        # A copy and no link: the server may change its mode.
        shutil.copyfile(self.parts.stub(release, version), destination)
        destination.chmod(mode)
        return destination

    def archive(self, archive: Path, name: str = "environment.tar.gz") -> Path:
        """Put a packed environment into the model's folder and name it in the config."""
        os.link(archive, self.model / name)
        self.environment = f"{KEYWORD}/{name}"
        return self.model / name

    def tree(self, version: str, numpy: int | None = 1, name: str = "environment") -> Path:
        """Put an unpacked environment into the model's folder; what is changed in it must be replaced, not written."""
        shutil.copytree(self.parts.environment(version, numpy), self.model / name, symlinks=True, copy_function=os.link)
        self.environment = f"{KEYWORD}/{name}"
        return self.model / name

    def own_backends(self) -> Path:
        """A copy of the server's backends that may be changed."""
        backends = self.folder / "backends"
        shutil.copytree(self.parts.server(self.release).backends, backends, symlinks=True)
        self.backends = backends
        return backends

    def packed(self, data: bytes, name: str = "environment.tar.gz") -> None:
        """Like :meth:`archive`, with these bytes."""
        (self.model / name).write_bytes(data)
        self.environment = f"{KEYWORD}/{name}"
