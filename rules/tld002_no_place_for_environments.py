"""The container has no folder /tmp that the server can write to

## What it does
Looks in compose files, Kubernetes manifests and start scripts beside or above a repository with a Python model for a
read-only file system (`read_only: true`, `readOnlyRootFilesystem: true`, `docker run --read-only`) where nothing is
said of `/tmp`.

## What happens
The Python backend makes a folder for environments in `/tmp` when the first Python model is loaded, also when no model
brings one, and does not look at TMPDIR. When it cannot, the whole server ends.

## How to fix
Give the container a writable `/tmp`: `tmpfs: /tmp`, `--tmpfs /tmp`, or an `emptyDir` mounted there.

## Source
Seen on release 24.10 (facts: python-backend, section 2.2).
"""

from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLD002",
    name="no-place-for-environments",
    effect="server-crash",
    certainty="likely",
    server_says=("Failed to create temporary directory for Python environments.",),
)


def check(repository: RepositoryFacts) -> Iterator[Problem]:
    if not any(facts.effective.backend == "python" for facts in repository.models.values()):
        return
    for said in repository.deployment().read_only_roots:
        yield Problem(
            Span(said.path, said.start, said.end),
            "the server cannot write to /tmp, where the Python backend makes a folder for environments: the whole "
            "server ends when the first Python model is loaded",
            help="make /tmp writable: `tmpfs: /tmp` in a compose file, `--tmpfs /tmp` for `docker run`, an emptyDir "
            "with `mountPath: /tmp` in Kubernetes",
            key=said.text,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse([]) for request in requests]
-- compose.yaml --
services:
  triton:
    image: nvcr.io/nvidia/tritonserver:24.10-py3
    read_only: true
#   ^^^^^^^^^^^^^^^ TLD002
    volumes:
      - type: bind
        source: .
        target: /models
        read_only: true
    command: tritonserver --model-repository=/models
""",
    """\
-- add/config.pbtxt --
backend: "python"
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse([]) for request in requests]
-- deployment.yaml --
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: triton
          image: nvcr.io/nvidia/tritonserver:24.10-py3
          args: ["tritonserver", "--model-repository=/models"]
          securityContext:
            readOnlyRootFilesystem: true
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLD002
""",
    """\
-- add/config.pbtxt --
backend: "python"
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse([]) for request in requests]
-- run.sh --
docker run --rm --read-only \\
#               ^^^^^^^^^^^ TLD002
  -v /srv/models:/models nvcr.io/nvidia/tritonserver:24.10-py3 tritonserver --model-repository=/models
""",
    """\
-- add/config.pbtxt --
backend: "python"
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse([]) for request in requests]
-- compose.yaml --
services:
  triton:
    image: nvcr.io/nvidia/tritonserver:24.10-py3
    read_only: true
    tmpfs: /tmp
""",
    """\
-- add/config.pbtxt --
backend: "python"
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse([]) for request in requests]
-- compose.yaml --
services:
  triton:
    image: nvcr.io/nvidia/tritonserver:24.10-py3
    volumes:
      - type: bind
        source: .
        target: /models
        read_only: true
""",
    """\
-- add/config.pbtxt --
backend: "python"
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse([]) for request in requests]
-- compose.yaml --
services:
  triton:
    image: nvcr.io/nvidia/tritonserver:24.10-py3
  proxy:
    image: envoyproxy/envoy:v1.30
    read_only: true
""",
)
