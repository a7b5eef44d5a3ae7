"""The command line. Heavy modules are imported by the command that needs them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

import click

from tritonlint import __version__

if TYPE_CHECKING:
    from tritonlint.report.result import Result
    from tritonlint.settings import Settings

EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_NO_MODEL = 3
EXIT_INTERNAL = 4

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit")


def main() -> None:
    """Entry point. Exit status as in the contract: 0 clean, 1 findings, 2 usage, 3 no model, 4 tritonlint failed."""
    try:
        commands(standalone_mode=False)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except BrokenPipeError:
        # The reader of a pipe (head, less) went away; nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FINDINGS)
    except Exception as error:
        from tritonlint.settings import SettingsError

        if isinstance(error, SettingsError):
            click.echo(f"tritonlint: {error}", err=True)
            sys.exit(EXIT_USAGE)
        import traceback

        traceback.print_exc()
        click.echo("tritonlint: internal error, please report it with the lines above", err=True)
        sys.exit(EXIT_INTERNAL)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tritonlint")
def commands() -> None:
    """Check Triton Inference Server model repositories before a server does."""


@commands.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True), metavar="PATH...")
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS), help="Report format; repeatable.")
@click.option(
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(dir_okay=False),
    help="File for a report; repeatable, the last --output belongs to the last --format.",
)
@click.option("--triton-version", metavar="YY.MM", help="Release that the models are meant for.")
@click.option("--gpus", type=click.IntRange(min=0), help="Number of GPUs of the target machine.")
@click.option(
    "--backend-directory",
    "backend_directories",
    multiple=True,
    type=click.Path(exists=True, file_okay=False),
    help="Folder of backends, as given to the server; repeatable.",
)
@click.option("--select", multiple=True, metavar="CODES", help="Only these rules: codes, prefixes or names.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Not these rules.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Paths to leave out, as in .gitignore.")
@click.option("--fail-on", type=click.Choice(("error", "warning", "note")), help="Lowest severity that fails.")
@click.option("--fix", is_flag=True, help="Apply safe fixes to the files.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: also fixes that may change behaviour.")
@click.option("--diff", is_flag=True, help="Show what --fix would change; write nothing.")
@click.option("--baseline", type=click.Path(dir_okay=False), help="Leave out the findings of this file.")
@click.option("--write-baseline", is_flag=True, help="Write all findings to the --baseline file.")
@click.option("--jobs", type=click.IntRange(min=1), default=None, help="Worker processes; default: one per core.")
@click.option("--no-cache", is_flag=True, help="Neither use nor write the cache of file facts.")
@click.option("--statistics", is_flag=True, help="Count findings per rule instead of listing them.")
def check(
    paths: tuple[str, ...],
    formats: tuple[str, ...],
    outputs: tuple[str, ...],
    triton_version: str | None,
    gpus: int | None,
    backend_directories: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    exclude: tuple[str, ...],
    fail_on: str | None,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    baseline: str | None,
    write_baseline: bool,
    jobs: int | None,
    no_cache: bool,
    statistics: bool,
) -> None:
    """Check model repositories, models or single files of a model.

    Exit status: 0 nothing at or above --fail-on; 1 findings; 2 usage or settings wrong; 3 no model found;
    4 tritonlint itself failed.
    """
    from tritonlint import cache
    from tritonlint.engine import RULE_CRASHED, check_paths
    from tritonlint.settings import SettingsError, check_release, expand_codes, find_settings

    paths = paths or (".",)
    if unsafe_fixes and not (fix or diff):
        raise SettingsError("--unsafe-fixes needs --fix or --diff")
    if write_baseline and not baseline:
        raise SettingsError("--write-baseline needs --baseline FILE")
    places = _pair(formats or ("text",), outputs)
    if no_cache:
        cache.disable()
    settings = find_settings(paths[0])
    if triton_version is not None:
        release = check_release(triton_version, "--triton-version")
        settings = replace(settings, triton_version=release, triton_version_origin="--triton-version")
    if select:
        settings = replace(settings, select=expand_codes(select, "--select"))
    settings = replace(
        settings,
        gpus=settings.gpus if gpus is None else gpus,
        backend_directories=backend_directories or settings.backend_directories,
        ignore=settings.ignore | expand_codes(ignore, "--ignore"),
        exclude=(*settings.exclude, *exclude),
        fail_on=fail_on or settings.fail_on,  # type: ignore[arg-type]  # click checked the choice
        baseline=baseline or settings.baseline,
    )
    jobs = jobs or os.cpu_count() or 1
    fixed = 0
    changes = ""
    if fix or diff:
        from tritonlint.fix import plan_fixes

        outcome = plan_fixes(lambda overlay: check_paths(paths, settings, jobs=jobs, overlay=overlay), unsafe_fixes)
        if diff:
            changes = outcome.diff()
            click.echo(changes, nl=False)
        else:
            outcome.write()
            fixed = outcome.fixed
    with _Progress(enabled=sys.stderr.isatty() and not (fix or diff)) as progress:
        result = replace(check_paths(paths, settings, jobs=jobs, progress=progress), fixed=fixed)
    if write_baseline and baseline:
        from tritonlint.baseline import write_baseline as write

        write(baseline, result.findings)
        click.echo(f"tritonlint: wrote {len(result.findings)} findings to {baseline}", err=True)
        return
    result = _without_baseline(result, settings)
    if not diff:
        _report(result, places, statistics)
    if any(finding.code == RULE_CRASHED for finding in result.findings):
        sys.exit(EXIT_INTERNAL)
    if not result.models and not result.findings:
        # pre-commit passes every file that matches a pattern; one that belongs to no model is not our business.
        if any(os.path.isdir(path) for path in paths):
            click.echo(f"tritonlint: no model found in {', '.join(paths)}", err=True)
            sys.exit(EXIT_NO_MODEL)
        return
    if changes or _fails(result, settings):
        sys.exit(EXIT_FINDINGS)


@commands.command()
@click.argument("code")
def explain(code: str) -> None:
    """Everything about a rule: what it finds, what the server does and says, how to fix it, examples."""
    from tritonlint.rule import load_rule, rule_modules, rule_names
    from tritonlint.rule_page import rule_page
    from tritonlint.settings import SettingsError, expand_codes

    wanted = rule_names().get(code.lower(), code.upper())
    if wanted not in rule_modules():
        matching = sorted(expand_codes([code], "explain"))
        raise SettingsError(f"explain: {code} means several rules: {', '.join(matching)}")
    click.echo(rule_page(load_rule(wanted)), nl=False)


@commands.command()
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text")
def rules(format_: str) -> None:
    """List all rules."""
    import json

    from tritonlint.finding import severity_of
    from tritonlint.rule import load_rule, rule_modules

    loaded = [load_rule(code) for code in rule_modules()]
    if format_ == "json":
        table = [
            {
                "code": each.rule.code,
                "name": each.rule.name,
                "title": each.title,
                "effect": each.rule.effect,
                "certainty": each.rule.certainty,
                "severity": severity_of(each.rule.effect, each.rule.certainty),
                "first": each.rule.first,
                "last": each.rule.last,
            }
            for each in loaded
        ]
        click.echo(json.dumps(table, indent=1))
        return
    for each in loaded:
        severity = severity_of(each.rule.effect, each.rule.certainty)
        click.echo(f"{each.rule.code}  {severity:7}  {each.rule.effect:15}  {each.rule.name:40}  {each.title}")


@commands.command()
@click.argument("path", type=click.Path(exists=True))
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text")
def inspect(path: str, format_: str) -> None:
    """What a stub, a shared library, a backend folder or an environment is; nothing of it is run."""
    import json

    from tritonlint.inspect_command import inspect_path, render_table

    facts = inspect_path(path)
    click.echo(json.dumps(facts, indent=1) if format_ == "json" else render_table(facts))


def _pair(formats: Sequence[str], outputs: Sequence[str]) -> list[tuple[str, str | None]]:
    from tritonlint.settings import SettingsError

    if len(outputs) > len(formats):
        raise SettingsError(f"{len(outputs)} --output for {len(formats)} --format")
    missing = len(formats) - len(outputs)
    if missing > 1:
        raise SettingsError(f"{missing} reports would go to standard output; give --output FILE for all but the first")
    return list(zip(formats, [None] * missing + list(outputs), strict=True))


def _report(result: Result, places: Sequence[tuple[str, str | None]], statistics: bool) -> None:
    from tritonlint.report import wants_color, write_report

    if statistics:
        _print_statistics(result)
        return
    with ExitStack() as stack:
        for format_, path in places:
            stream: TextIO = sys.stdout
            if path is not None:
                try:
                    stream = stack.enter_context(
                        open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n")
                    )
                except OSError as error:
                    from tritonlint.settings import SettingsError

                    raise SettingsError(f"--output {path}: {error.strerror}") from error
            write_report(format_, result, stream, color=path is None and wants_color(sys.stdout, os.environ))


def _print_statistics(result: Result) -> None:
    from collections import Counter

    counts = Counter((finding.code, finding.rule, finding.severity) for finding in result.findings)
    for (code, rule, severity), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        click.echo(f"{count:6}  {code}  {severity:7}  {rule}")


def _without_baseline(result: Result, settings: Settings) -> Result:
    if settings.baseline is None:
        return result
    from tritonlint.baseline import read_baseline

    known = read_baseline(settings.baseline)
    left = tuple(finding for finding in result.findings if finding.fingerprint not in known)
    return replace(
        result,
        findings=left,
        baselined=len(result.findings) - len(left),
        fixable=sum(1 for finding in left if finding.fix is not None),
    )


def _fails(result: Result, settings: Settings) -> bool:
    from tritonlint.finding import SEVERITIES

    failing = SEVERITIES[: SEVERITIES.index(settings.fail_on) + 1]
    return any(finding.severity in failing for finding in result.findings)


class _Progress:
    """A progress bar on the error stream, for runs of more than a second."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._shown = 0

    def __enter__(self) -> _Progress:
        import time

        self._clock = time.monotonic
        self._start = self._last = self._clock()
        return self

    def __call__(self, done: int, total: int) -> None:
        if not self._enabled:
            return
        now = self._clock()
        if now - self._start < 1 or (now - self._last < 0.1 and done < total):
            return
        self._last = now
        width = 30
        filled = width * done // max(total, 1)
        text = f"checking [{'#' * filled}{'.' * (width - filled)}] {done}/{total} models"
        sys.stderr.write("\r" + text)
        sys.stderr.flush()
        self._shown = len(text)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            sys.stderr.flush()
