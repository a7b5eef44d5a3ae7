"""A metric tag has a name that kills the server

## What it does
Checks the keys of `metric_tags`: only letters, digits and `_`, not starting with `_`.

## What happens
The server process dies of an exception that nothing catches, and every model in it goes down. From 23.09 on that
happens even with `--allow-metrics=false`; before, only with metrics on.

## How to fix
Rename the tag: `team-name` may become `team_name`.

## Source
Triton core, `MetricModelReporter`, which hands `_` and the key to prometheus-cpp as a label name; run on nine core
builds and on NVIDIA's 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(code="TLC530", name="metric-tag-name", effect="server-crash", server_says=("Invalid label name",))

LEGAL = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_]*)?")


def check(config: Document, target: Target) -> Iterator[Problem]:
    for key, entry in config.root.map("metric_tags").items():
        if entry.key is None or not isinstance(key, str) or LEGAL.fullmatch(key):
            continue
        better = re.sub(r"[^A-Za-z0-9_]+", "_", key).strip("_") or "tag"
        yield Problem(
            entry.key.span,
            f"metric tag '{key}' is no legal label name, of which the whole server process dies",
            help=f'write `key: "{better}"`: letters, digits and _ only, not starting with _',
            fix=Fix(f"rename the tag to {better}", (Edit(entry.key.span, f'"{better}"'),), safety="unsafe"),
            key=key,
            certainty="certain" if target.since("23.09") else "likely",
        )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
metric_tags { key: "team-name" value: "vision" }
#                  ^^^^^^^^^^^ TLC530
-- add/1/ --
-- fixed: add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
metric_tags { key: "team_name" value: "vision" }
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
metric_tags { key: "team_name" value: "vision" }
metric_tags { key: "1st" value: "yes" }
-- add/1/ --
""",
)
