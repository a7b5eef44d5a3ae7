"""The command line. Heavy modules are imported by the command that needs them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
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

SERVER_HELP = (
    "Where the server is from: auto (an installed one, else embedded), installed[:PATH], "
    "embedded (the nvidia-pytriton wheel), podman:IMAGE or docker:IMAGE."
)
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
@click.option("--runtime", is_flag=True, help="Also run the models, as `tritonlint verify` does. Runs their code.")
@click.option("--server", default="auto", help="With --runtime: see `tritonlint verify --help`.")
@click.option("--device", type=click.Choice(("auto", "cpu", "gpu")), default="auto", help="With --runtime.")
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
    runtime: bool,
    server: str,
    device: str,
) -> None:
    """Check model repositories, models or single files of a model.

    Exit status: 0 nothing at or above --fail-on; 1 findings; 2 usage or settings wrong; 3 no model found;
    4 tritonlint itself failed.
    """
    import gc

    from tritonlint import cache
    from tritonlint.engine import check_paths
    from tritonlint.settings import SettingsError, check_release, expand_codes, find_settings

    # A run makes many objects, keeps most of them to its end and hardly any garbage in cycles.
    gc.disable()
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
    if runtime:
        result = _verified(paths, settings, static=True, source=server, device=device)
    else:
        with _Progress(enabled=sys.stderr.isatty() and not (fix or diff)) as progress:
            result = check_paths(paths, settings, jobs=jobs, progress=progress)
    result = replace(result, fixed=fixed)
    if write_baseline and baseline:
        from tritonlint.baseline import write_baseline as write

        write(baseline, result.findings)
        click.echo(f"tritonlint: wrote {len(result.findings)} findings to {baseline}", err=True)
        return
    result = _without_baseline(result, settings)
    if not diff:
        _report(result, places, statistics)
    _exit(result, paths, settings, changed=bool(changes))


@commands.command()
@click.argument("paths", nargs=-1, type=click.Path(), metavar="PATH...")
@click.option("--server", default="auto", show_default=True, help=SERVER_HELP)
@click.option("--triton-version", metavar="YY.MM", help="Release of the server, and of the static check beside it.")
@click.option("--device", type=click.Choice(("auto", "cpu", "gpu")), default="auto", show_default=True)
@click.option("--allocator", metavar="NAME", help="Preload tcmalloc, jemalloc or the library at a path.")
@click.option("--shm-size", metavar="SIZE", help="Size of /dev/shm in a container, as docker takes it (64m, 1g).")
@click.option(
    "--python",
    type=click.Path(exists=True, dir_okay=False),
    help="Interpreter of a virtual environment whose packages the models shall find; default: Python with numpy only.",
)
@click.option(
    "--requests",
    "samples",
    type=click.Path(exists=True, dir_okay=False),
    help="JSON file of sample requests: a list of request bodies of the inference protocol for each model name.",
)
@click.option("--timeout", type=click.FloatRange(min=0.1), default=30.0, show_default=True, help="Seconds per step.")
@click.option("--soak", type=click.IntRange(min=0), default=0, help="Send N more requests and watch memory grow.")
@click.option(
    "--prepare",
    type=click.Path(file_okay=False),
    help="Put everything that a run without internet needs into this folder; nothing is run.",
)
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS), help="Report format; repeatable.")
@click.option("--output", "outputs", multiple=True, type=click.Path(dir_okay=False), help="File for a report.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Paths to leave out, as in .gitignore.")
@click.option("--fail-on", type=click.Choice(("error", "warning", "note")), help="Lowest severity that fails.")
def verify(
    paths: tuple[str, ...],
    server: str,
    triton_version: str | None,
    device: str,
    allocator: str | None,
    shm_size: str | None,
    python: str | None,
    samples: str | None,
    timeout: float,
    soak: int,
    prepare: str | None,
    formats: tuple[str, ...],
    outputs: tuple[str, ...],
    exclude: tuple[str, ...],
    fail_on: str | None,
) -> None:
    """Run models in a disposable tritonserver and prove that they work end to end.

    THIS RUNS THE MODELS' CODE on this machine, as you. For code that you do not trust, use a container without a
    network: --server podman:IMAGE. Nothing of the repository is changed.

    Exit status as for check; 2 also when no server can be had.
    """
    from tritonlint.settings import check_release, find_settings

    if prepare is not None:
        _prepare(prepare, triton_version)
        return
    if not paths:
        raise click.UsageError("which models? Give a repository, a model, or a folder of repositories")
    missing = [path for path in paths if not os.path.exists(path)]
    if missing:
        raise click.UsageError(f"no such file or folder: {', '.join(missing)}")
    places = _pair(formats or ("text",), outputs)
    settings = find_settings(paths[0])
    if triton_version is not None:
        release = check_release(triton_version, "--triton-version")
        settings = replace(settings, triton_version=release, triton_version_origin="--triton-version")
    settings = replace(
        settings,
        exclude=(*settings.exclude, *exclude),
        fail_on=fail_on or settings.fail_on,  # type: ignore[arg-type]  # click checked the choice
    )
    result = _verified(
        paths,
        settings,
        static=False,
        source=server,
        device=device,
        allocator=allocator,
        shm_size=shm_size,
        python=python,
        samples=samples,
        timeout=timeout,
        soak=soak,
    )
    _report(result, places, False)
    _exit(result, paths, settings)


def _prepare(folder: str, triton_version: str | None) -> None:
    from tritonlint.runtime.prepare import prepare_folder
    from tritonlint.runtime.wheel import WHEELS, InstallationError, nearest_release
    from tritonlint.settings import SettingsError, check_release

    wanted = check_release(triton_version, "--triton-version") if triton_version is not None else max(WHEELS)
    try:
        with _Step(enabled=sys.stderr.isatty()) as step:
            made = prepare_folder(Path(folder), nearest_release(wanted), progress=step)
    except InstallationError as error:
        raise SettingsError(f"--prepare: {error}") from error
    click.echo(made)


def _verified(
    paths: Sequence[str],
    settings: Settings,
    *,
    static: bool,
    source: str = "auto",
    device: str = "auto",
    allocator: str | None = None,
    shm_size: str | None = None,
    python: str | None = None,
    samples: str | None = None,
    timeout: float = 30.0,
    soak: int = 0,
) -> Result:
    """The result of a run with the runtime check; what stands in its way becomes a SettingsError."""
    from tritonlint.engine import check_paths
    from tritonlint.runtime.allocator import AllocatorError, find_allocator
    from tritonlint.runtime.observe import observe
    from tritonlint.runtime.options import VerifyOptions
    from tritonlint.runtime.request import SampleError, read_samples
    from tritonlint.runtime.server import ServerError
    from tritonlint.runtime.view import ViewError
    from tritonlint.runtime.wheel import InstallationError
    from tritonlint.settings import SettingsError

    try:
        options = VerifyOptions(
            source=source,
            device=device,
            allocator=find_allocator(allocator) if allocator is not None else None,
            shm_size=_byte_size(shm_size),
            python=Path(python) if python is not None else None,
            timeout=timeout,
            soak=soak,
            samples=read_samples(Path(samples)) if samples is not None else {},
        )
        with _Step(enabled=sys.stderr.isatty()) as step:
            return check_paths(
                paths,
                settings,
                observe=lambda models, groups, foretold: observe(models, groups, foretold, options, step),
                static=static,
            )
    except (InstallationError, ServerError, SampleError, ViewError, AllocatorError) as error:
        raise SettingsError(f"the runtime check cannot run: {error}") from error


def _byte_size(text: str | None) -> int | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d+)([kmg]?)b?", text.lower())
    if match is None:
        raise click.BadParameter(f"{text!r} is no size: a number with k, m or g behind it", param_hint="--shm-size")
    return int(match[1]) << 10 * " kmg".index(match[2] or " ")


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

    from tritonlint.engine import find_target
    from tritonlint.inspect_command import inspect_path, render_table
    from tritonlint.repository import Repository
    from tritonlint.settings import find_settings

    folder = path if os.path.isdir(path) else os.path.dirname(os.path.abspath(path))
    facts = inspect_path(path, find_target(find_settings(path), [Repository(folder)]))
    click.echo(json.dumps(facts, indent=1) if format_ == "json" else render_table(facts))


def _exit(result: Result, paths: Sequence[str], settings: Settings, *, changed: bool = False) -> None:
    """End with the contract's exit status, or return for 0."""
    from tritonlint.engine import RULE_CRASHED

    if any(finding.code == RULE_CRASHED for finding in result.findings):
        sys.exit(EXIT_INTERNAL)
    if not result.models and not result.findings:
        # pre-commit passes every file that matches a pattern; one that belongs to no model is not our business.
        if any(os.path.isdir(path) for path in paths):
            click.echo(f"tritonlint: no model found in {', '.join(paths)}", err=True)
            sys.exit(EXIT_NO_MODEL)
        return
    if changed or _fails(result, settings):
        sys.exit(EXIT_FINDINGS)


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


class _StatusLine:
    """One line of the error stream that is written over, and gone at the end."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._shown = 0

    def show(self, text: str) -> None:
        sys.stderr.write("\r" + text.ljust(self._shown))
        sys.stderr.flush()
        self._shown = len(text)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            sys.stderr.flush()


class _Step(_StatusLine):
    """What the runtime check is doing."""

    def __enter__(self) -> _Step:
        return self

    def __call__(self, text: str) -> None:
        if self._enabled:
            self.show(text[:100])


class _Progress(_StatusLine):
    """A progress bar, for runs of more than a second."""

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
        self.show(f"checking [{'#' * filled}{'.' * (width - filled)}] {done}/{total} models")
