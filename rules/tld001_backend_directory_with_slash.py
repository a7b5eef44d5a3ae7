"""--backend-directory ends with a slash

## What it does
Looks for `--backend-directory=/opt/tritonserver/backends/` in Dockerfiles, compose files, Kubernetes manifests and
start scripts beside or above a repository with a Python model.

## What happens
From 23.10 on the server compares the folder of the Python backend with this text. With the slash at the end they
differ, it takes the Python backend for a backend that is itself written in Python, and no Python model loads.

## How to fix
Leave the slash out.

## Source
Seen on release 24.10 (facts: python-backend, section 1.7).
"""

from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLD001",
    name="backend-directory-with-slash",
    effect="load-failure",
    certainty="likely",
    first="23.10",
    server_says=("No module named 'model'",),
)


def check(repository: RepositoryFacts) -> Iterator[Problem]:
    if not any(facts.effective.backend == "python" for facts in repository.models.values()):
        return
    for given in repository.deployment().backend_folders:
        shorter = given.text.rstrip("/")
        if shorter and shorter != given.text:
            yield Problem(
                Span(given.path, given.start, given.end),
                f"`--backend-directory` ends with a slash, so the server does not know `{shorter}/python` for the "
                "Python backend: no Python model will load",
                help=f"write {shorter}",
                key=given.text,
            )


EXAMPLES = (
    """\
-- target -- release=24.10
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
    command: tritonserver --model-repository=/models --backend-directory=/opt/tritonserver/backends/ --log-verbose=1
#                                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLD001
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse([]) for request in requests]
-- Dockerfile --
FROM nvcr.io/nvidia/tritonserver:24.10-py3
CMD ["tritonserver", "--model-repository", "/models/", "--backend-directory", "/opt/backends/"]
#                                                                              ^^^^^^^^^^^^^^ TLD001
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse([]) for request in requests]
-- Dockerfile --
FROM nvcr.io/nvidia/tritonserver:24.10-py3
# tritonserver --backend-directory=/opt/backends/
CMD ["tritonserver", "--model-repository=/models/", "--backend-directory=/opt/backends"]
""",
    """\
-- target -- release=23.09
-- add/config.pbtxt --
backend: "python"
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse([]) for request in requests]
-- start.sh --
exec tritonserver --model-repository=/models/ --backend-directory=/opt/backends/
""",
)
