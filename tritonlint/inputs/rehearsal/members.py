"""The names that modules of the standard library have, for the rehearsal of a model.

A name is missing when neither the running Python nor any other release from 3.8 to 3.13 has it. The tables hold what
the releases differ in (their "What's New" pages), and what is there only after an import or on some systems.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache

from tritonlint.inputs.rehearsal.values import Failure
from tritonlint.standard_library import is_standard

_ELSEWHERE: dict[str, frozenset[str]] = {
    module: frozenset(names.split())
    for module, names in {
        "base64": "encodestring decodestring b32hexencode b32hexdecode z85encode z85decode",
        "bisect": "",
        "collections": "abc Awaitable Coroutine AsyncIterable AsyncIterator AsyncGenerator Hashable Iterable Iterator "
        "Generator Reversible Sized Container Callable Collection Set MutableSet Mapping MutableMapping MappingView "
        "KeysView ItemsView ValuesView Sequence MutableSequence ByteString",
        "copy": "replace PyStringMap",
        "datetime": "UTC",
        "functools": "cache Placeholder",
        "glob": "translate glob0 glob1",
        "heapq": "",
        "io": "text_encoding Reader Writer OpenWrapper",
        "itertools": "pairwise batched",
        "json": "decoder encoder scanner tool",
        "logging": "handlers config getLevelNamesMapping getHandlerByName getHandlerNames",
        "math": "lcm nextafter ulp cbrt exp2 sumprod fma",
        "operator": "call is_none is_not_none",
        "os": "waitstatus_to_exitcode pidfd_open eventfd eventfd_read eventfd_write splice login_tty unshare setns "
        "process_cpu_count timerfd_create timerfd_gettime timerfd_gettime_ns timerfd_settime timerfd_settime_ns "
        "posix_openpt ptsname grantpt unlockpt lchmod lchflags chflags plock getrandom memfd_create copy_file_range "
        "posix_spawn posix_spawnp fork forkpty preadv pwritev preadv2 pwritev2 startfile add_dll_directory listdrives "
        "listmounts listvolumes get_handle_inheritable set_handle_inheritable ctermid getgrouplist getlogin",
        "os.path": "splitroot isjunction isdevdrive isreserved",
        "queue": "ShutDown",
        "random": "randbytes binomialvariate",
        "re": "template TEMPLATE T NOFLAG PatternError sre_compile sre_parse",
        "shutil": "",
        "statistics": "covariance correlation linear_regression LinearRegression kde kde_random",
        "string": "templatelib",
        "struct": "",
        "tempfile": "",
        "textwrap": "",
        "threading": "get_native_id gettrace getprofile setprofile_all_threads settrace_all_threads excepthook",
        "time": "tzset clock_getres clock_gettime clock_gettime_ns clock_settime clock_settime_ns "
        "pthread_getcpuclockid thread_time thread_time_ns",
        "uuid": "uuid6 uuid7 uuid8 NIL MAX",
        "zlib": "",
    }.items()
}


@cache
def missing_member(module: str, name: str) -> Failure | None:
    """The ``AttributeError`` for a name that a module has in no release; None for all that may be there."""
    elsewhere = _ELSEWHERE.get(module)
    if elsewhere is None or name in elsewhere or name.startswith("_") or is_standard(name):
        return None
    if module in ("os", "time") and (name.isupper() or sys.platform != "linux"):
        return None
    shown = "posixpath" if module == "os.path" else module
    try:
        real = importlib.import_module(shown)
    except ImportError:
        return None
    if hasattr(real, name):
        return None
    return Failure("AttributeError", f"module '{shown}' has no attribute '{name}'")
