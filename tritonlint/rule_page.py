"""The page of a rule: shown by ``tritonlint explain`` and written to ``docs/rules/`` by ``scripts/build_docs.py``."""

from __future__ import annotations

from tritonlint.finding import severity_of
from tritonlint.rule import LoadedRule


def rule_page(loaded: LoadedRule) -> str:
    """Markdown: facts, documentation, what the server prints, examples."""
    rule = loaded.rule
    title, _, body = loaded.documentation.partition("\n")
    lines = [f"# {rule.code} {rule.name}", "", f"{title.rstrip('.')}.", ""]
    severity = severity_of(rule.effect, rule.certainty)
    lines += [f"*Effect*: {rule.effect} · *certainty*: {rule.certainty} · *severity*: {severity}{_releases(loaded)}"]
    lines += ["", body.strip(), ""]
    if rule.server_says:
        lines += ["## What the server prints", "", *(f"- `{text}`" for text in rule.server_says), ""]
    if loaded.examples:
        lines += ["## Examples", ""]
        lines += ["Carets mark what is reported; a tree without carets is clean.", ""]
        for example in loaded.examples:
            lines += ["```text", example.rstrip(), "```", ""]
    return "\n".join(lines)


def _releases(loaded: LoadedRule) -> str:
    rule = loaded.rule
    if rule.first and rule.last:
        return f" · *releases*: {rule.first} to {rule.last}"
    if rule.first:
        return f" · *releases*: from {rule.first}"
    if rule.last:
        return f" · *releases*: up to {rule.last}"
    return ""
