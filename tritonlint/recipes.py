"""The steps that end the trouble with stubs and environments, in one place: commands for one release and Python.

Texts only; nothing here judges or reads. Sources: the Python backend's own build files per release branch (flags, the
place Boost is fetched from) and the facts on the Python backend, sections 1.4, 2 and 3.
"""

from __future__ import annotations

STUB_FILE = "triton_python_backend_stub"
RELEASE_PLACEHOLDER = "YY.MM"
# Import names whose distribution is called otherwise, for the packages that models use most.
DISTRIBUTIONS = {
    "cv2": "opencv-python-headless",
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "yaml": "pyyaml",
    "bs4": "beautifulsoup4",
    "Crypto": "pycryptodome",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "faiss": "faiss-cpu",
    "git": "gitpython",
    "google": "protobuf",
    "jwt": "pyjwt",
    "librosa": "librosa",
    "MeCab": "mecab-python3",
    "OpenSSL": "pyopenssl",
    "pkg_resources": "setuptools",
    "sentence_transformers": "sentence-transformers",
    "tritonclient": "tritonclient[all]",
    "typing_extensions": "typing-extensions",
}


def distribution(module: str) -> str:
    """What to install for an import name."""
    return DISTRIBUTIONS.get(module, module.replace("_", "-"))


def numbered(*steps: str) -> str:
    """Steps as the lines of a help text."""
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def numpy_pin(numpy2: bool | None) -> str:
    """How to ask for a NumPy that the release's stub understands; NumPy 1 suits every stub."""
    return "numpy" if numpy2 else '"numpy<2"'


def build_stub(release: str | None, python: str | None, *, gpu: bool = True) -> str:
    """Shell commands that build the stub of a release for one Python, to be run where that Python is active."""
    branch = f"r{release or RELEASE_PLACEHOLDER}"
    interpreter = f"$(command -v python{python or 3})"
    tags = " ".join(f"-DTRITON_{part}_REPO_TAG={branch}" for part in ("BACKEND", "COMMON", "CORE"))
    boost = ""
    if release is not None and release <= "23.12":
        # The host that these branches fetch Boost from is gone; newer branches have this one.
        boost = "sed -i -E 's#https://[^ ]+/release/#https://archives.boost.io/release/#' CMakeLists.txt && "
    return (
        f"git clone -b {branch} https://github.com/triton-inference-server/python_backend && cd python_backend && "
        f"{boost}mkdir build && cd build && cmake -DTRITON_ENABLE_GPU={'ON' if gpu else 'OFF'} {tags} "
        # Which of the two is read depends on the versions of CMake and pybind11.
        f"-DPYTHON_EXECUTABLE={interpreter} -DPython_EXECUTABLE={interpreter} .. && make triton-python-backend-stub"
    )


def build_stub_steps(release: str | None, python: str | None) -> tuple[str, ...]:
    """Where to build, what to run, where to put it."""
    image = f"tritonserver:{release or RELEASE_PLACEHOLDER}-py3"
    wanted = f"Python {python}" if python else "the environment's Python"
    return (
        f"in the image {image} (same glibc and CUDA), with cmake, rapidjson-dev, libarchive-dev and {wanted} active:",
        build_stub(release, python),
        f"copy {STUB_FILE} beside config.pbtxt and keep it executable (chmod 755)",
    )


def stub_again(release: str | None, python: str | None, release_python: str | None) -> str:
    """The steps to a stub that fits the release, or to none where the release's own embeds the same Python."""
    steps = numbered(*build_stub_steps(release, python))
    if python is not None and python == release_python:
        return (
            f"shorter: `git rm {STUB_FILE}`, the release's own stub embeds Python {python} too; or build it:\n{steps}"
        )
    return f"build it for this release:\n{steps}"


def create_environment(python: str | None, numpy: str = '"numpy<2"', libstdcxx: str = "") -> str:
    """Shell commands that make and pack an environment with conda."""
    extra = f' "libstdcxx-ng>={libstdcxx}"' if libstdcxx else ""
    return (
        f"export PYTHONNOUSERSITE=1 && conda create -y -n triton -c conda-forge python={python or 'X.Y'} "
        f"{numpy}{extra} conda-pack && conda activate triton && pip install YOUR_PACKAGES && "
        "conda-pack -n triton -o env.tar.gz"
    )


def activation_script(folder: str = "ENV") -> str:
    """A command that writes a ``bin/activate`` which works wherever the environment is unpacked."""
    lines = (
        'export VIRTUAL_ENV="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"',
        'export PATH="$VIRTUAL_ENV/bin:$PATH"',
    )
    return "printf '%s\\n' " + " ".join(f"'{line}'" for line in lines) + f" > {folder}/bin/activate"


def pack_folder(folder: str = "ENV") -> str:
    """Packing without conda-pack: the members must begin at the environment's own top."""
    return f"tar -czf env.tar.gz -C {folder} ."


def pack_again() -> str:
    """The end of every change to an environment."""
    return "conda-pack -n ENV -o env.tar.gz --force"


def configure(name: str = "env.tar.gz") -> str:
    """The lines of config.pbtxt that name an environment in the model's folder."""
    return f'parameters {{ key: "EXECUTION_ENV_PATH" value {{ string_value: "$$TRITON_MODEL_DIRECTORY/{name}" }} }}'


def fit_environment(
    release: str | None, stub: str, environment: str, release_python: str | None, *, own_stub: bool, numpy2: bool | None
) -> str:
    """The ways out when environment and stub are of different Pythons; the shortest first."""
    steps = []
    if own_stub and environment == release_python:
        steps.append(f"shortest: `git rm {STUB_FILE}`: the release's own embeds Python {environment} too")
    elif own_stub:
        if release_python is not None and stub != release_python:
            steps.append(f"shortest: `git rm {STUB_FILE}`, no environment, and {use_the_image(release_python)}")
        steps.append(f"make the environment with Python {stub}: `{create_environment(stub, numpy_pin(numpy2))}`")
    else:
        steps.append(f"shortest, without any environment: {use_the_image(stub)}")
        steps.append(
            f"or make the environment with Python {stub}, so that no stub is needed: "
            f"`{create_environment(stub, numpy_pin(numpy2))}`"
        )
    if not (own_stub and environment == release_python):
        where, commands, place = build_stub_steps(release, environment)
        steps.append(f"or build a stub for Python {environment} {where}\n   {commands}\n   and {place}")
    return numbered(*steps)


def bring_environment(python: str, numpy2: bool | None) -> str:
    """The steps to an environment for a stub that has none."""
    return numbered(
        f"`{create_environment(python, numpy_pin(numpy2))}`",
        "put env.tar.gz beside config.pbtxt",
        f"write into config.pbtxt: {configure()}",
    )


def libstdcxx_of(glibcxx: str) -> str:
    """The first ``libstdcxx-ng`` of conda-forge that offers a GLIBCXX version (its major is that of gcc)."""
    for version, gcc in (("3.4.34", "15"), ("3.4.33", "14"), ("3.4.31", "13"), ("3.4.30", "12"), ("3.4.29", "11")):
        if tuple(map(int, glibcxx.split("."))) >= tuple(map(int, version.split("."))):
            return gcc
    return "10"


def use_the_image(python: str | None) -> str:
    """The way without any environment."""
    which = f" {python}" if python else ""
    return f"install the packages into the image's own Python{which} (`RUN pip install …` in a Dockerfile)"
