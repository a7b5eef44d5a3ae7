"""``numpy.random``: what its functions and generators give.

A generator and a ``RandomState`` are the libraries ``numpy.random.generator`` and ``numpy.random``: they keep nothing
that could be known.
"""

from __future__ import annotations

from tritonlint.inputs.rehearsal import shapes
from tritonlint.inputs.rehearsal.elements import pick, result
from tritonlint.inputs.rehearsal.numpy_calls import Given, as_array, asked_dtype, dimension, function
from tritonlint.inputs.rehearsal.numpy_making import number_type
from tritonlint.inputs.rehearsal.shapes import known_axis
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, Library, Shape, Unknown, Value


def plain_numbers(args: list[Value]) -> Value:
    """``numpy.random.rand(2, 3)``."""
    return result("float64", tuple(map(dimension, args))) if args else Unknown("float")


def _sized(given: Given, dtype: str | None, single: Value, *others: str) -> Value:
    """Random numbers: of ``size``, or of the shape that the other arguments have in common."""
    size = given.get("size")
    if size is not None:
        return Array(dtype, shapes.shape_argument(size))
    known: list[Shape] = []
    for key in others:
        value = given.get(key)
        if value is None:
            continue
        if number_type(value) is None and not (value.__class__ is Array and value.shape):
            return UNKNOWN
        known.append(value.shape if value.__class__ is Array else ())
    shape = shapes.broadcast(*known)
    return Array(dtype, shape) if shape else single


@function("random.default_rng", "seed=")
@function("random.Generator", "bit_generator")
def _generator(given: Given) -> Value:
    return Library("numpy.random.generator")


@function("random.RandomState", "seed=")
def _random_state(given: Given) -> Value:
    # What it can is offered by the module, too.
    return Library("numpy.random")


@function("random.random random.random_sample random.standard_normal random.ranf random.sample", "size=")
@function("random.standard_exponential random.standard_cauchy", "size=")
def _random(given: Given) -> Value:
    return _sized(given, "float64", Unknown("float"))


@function("random.generator.random", "size= dtype= out=")
@function("random.generator.standard_normal", "size= dtype= out=")
@function("random.generator.standard_exponential", "size= dtype= method= out=")
def _generated(given: Given) -> Value:
    return _sized(given, asked_dtype(given, "float64"), Unknown("float"))


def _both(names: str) -> str:
    """Names of what the module and its generators offer alike."""
    return " ".join(f"random.{name} random.generator.{name}" for name in names.split())


@function(_both("normal laplace logistic gumbel"), "loc= scale= size=")
@function(_both("lognormal"), "mean= sigma= size=")
@function(_both("uniform"), "low= high= size=")
@function(_both("exponential rayleigh"), "scale= size=")
@function(_both("beta"), "a b size=")
@function(_both("gamma"), "shape scale= size=")
@function(_both("weibull power pareto"), "a size=")
@function(_both("standard_gamma"), "shape size= **")
@function(_both("standard_t chisquare"), "df size=")
@function(_both("triangular"), "left mode right size=")
@function(_both("vonmises"), "mu kappa size=")
def _fractions(given: Given) -> Value:
    return _sized(given, "float64", Unknown("float"), *(key for key in given if key != "size"))


@function(_both("poisson"), "lam= size=")
@function(_both("binomial negative_binomial"), "n p size=")
@function(_both("geometric logseries"), "p size=")
@function(_both("zipf"), "a size=")
def _counts(given: Given) -> Value:
    return _sized(given, "int64", Unknown("int"), *(key for key in given if key != "size"))


@function("random.generator.integers", "low high= size= dtype= endpoint=")
def _integers(given: Given) -> Value:
    dtype = asked_dtype(given, "int64")
    return _sized(given, dtype, UNKNOWN if dtype is None else pick(dtype), "low", "high")


@function("random.randint", "low high= size= dtype=")
def _randint(given: Given) -> Value:
    single = UNKNOWN if "dtype" in given else Unknown("int")
    return _sized(given, asked_dtype(given, "int64"), single, *(key for key in ("low", "high") if key in given))


@function("random.choice", "a size= replace= p=")
@function("random.generator.choice", "a size= replace= p= axis= shuffle=")
def _choice(given: Given) -> Value:
    value, size = given["a"], given.get("size")
    wanted: Shape = () if size is None else shapes.shape_argument(size)
    if number_type(value) == "int":
        return Unknown("int") if size is None else Array("int64", wanted)
    made = as_array(value)
    if not made.shape or (size is None and value.__class__ is not Array):
        return UNKNOWN
    place = known_axis(given.get("axis", 0), len(made.shape))
    if wanted is None or place is None:
        return Array(made.dtype, None, made.of)
    return result(made.dtype, (*made.shape[:place], *wanted, *made.shape[place + 1 :]), made.of)


@function(_both("dirichlet"), "alpha size=")
def _shares(given: Given) -> Value:
    return _vectors("float64", as_array(given["alpha"]).shape, given.get("size"))


@function(_both("multinomial"), "n pvals size=")
def _draws(given: Given) -> Value:
    return (
        _vectors("int64", as_array(given["pvals"]).shape, given.get("size")) if given["n"].__class__ is int else UNKNOWN
    )


@function(_both("multivariate_normal"), "mean cov size= check_valid= tol= * method=")
def _normal_vectors(given: Given) -> Value:
    return _vectors("float64", as_array(given["mean"]).shape, given.get("size"))


def _vectors(dtype: str, vector: Shape, size: Value) -> Value:
    """One vector, or as many as ``size`` says."""
    wanted: Shape = () if size is None else shapes.shape_argument(size)
    if vector is None or len(vector) != 1:
        return UNKNOWN
    return Array(dtype, None if wanted is None else (*wanted, *vector))


@function(_both("bytes"), "length")
def _bytes(given: Given) -> Value:
    return Unknown("bytes")


@function("random.seed", "seed= **")
@function("random.shuffle", "x")
@function("random.generator.shuffle", "x axis=")
def _nothing(given: Given) -> Value:
    return None


@function("random.permutation", "x")
@function("random.generator.permutation", "x axis=")
def _permutation(given: Given) -> Value:
    value = given["x"]
    if number_type(value) == "int":
        return Array("int64", (max(value, 0) if value.__class__ is int else None,))
    made = as_array(value)
    return made if made.shape else UNKNOWN


@function("random.generator.permuted", "x axis= out=")
def _permuted(given: Given) -> Value:
    made = as_array(given["x"])
    return Array(made.dtype, made.shape, made.of)
