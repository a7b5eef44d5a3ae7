"""What the functions of ``statistics`` give, of numbers of which mostly the type alone is known."""

from __future__ import annotations

from tritonlint.inputs.rehearsal.builtin import Call, Handler
from tritonlint.inputs.rehearsal.reality import NotKnown, common, plain, unlisted
from tritonlint.inputs.rehearsal.values import UNKNOWN, Seq, Unknown, Value

_FLOAT = Unknown("float")


def _numbers(call: Call) -> Value:
    """What each of the numbers is."""
    items, complete = call.items()
    return common(items if complete else [*items, unlisted(call.args[0])])


def _given(call: Call) -> Call:
    """A call whose data stands first, however they were handed over."""
    if call.args:
        return call
    if "data" not in call.kwargs:
        raise NotKnown
    return call._replace(args=[call.kwargs["data"]])


def _average(call: Call) -> Value:
    # Those of whole numbers may be whole, or not; NumPy's own numbers stay what they are.
    return _FLOAT if plain(_numbers(_given(call))) == "float" else UNKNOWN


def _one_of_them(call: Call) -> Value:
    name = plain(_numbers(_given(call)))
    return UNKNOWN if name is None else Unknown(name)


def _cuts(call: Call) -> Value:
    return Seq("list", [], True, _average(call))


FUNCTIONS: dict[str, Handler] = {
    **dict.fromkeys(
        ("statistics.mean", "statistics.median", "statistics.stdev", "statistics.pstdev", "statistics.variance"),
        _average,
    ),
    **dict.fromkeys(("statistics.pvariance", "statistics.harmonic_mean", "statistics.median_grouped"), _average),
    **dict.fromkeys(("statistics.median_low", "statistics.median_high", "statistics.mode"), _one_of_them),
    "statistics.quantiles": _cuts,
}
