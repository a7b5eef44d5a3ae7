"""What the standard library gives, by name: results of its functions, and the members of objects of its classes.

An object is known by its class alone: ``Unknown("threading.Event")``. Classes of values (dates, decimals, paths) have
samples, on which operators and methods without effects are tried as on numbers and texts.
"""

from __future__ import annotations

import datetime
import time
import urllib.parse
import uuid
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

from tritonlint.inputs.rehearsal.values import UNKNOWN, Seq, Unknown, Value

_ZONE = datetime.timezone.utc
SAMPLES: dict[str, tuple[Any, ...]] = {
    "datetime.date": (datetime.date(2024, 2, 28), datetime.date(1999, 12, 31)),
    "datetime.datetime": (
        datetime.datetime(1999, 12, 31, 1, tzinfo=_ZONE),
        datetime.datetime.fromisoformat("2024-02-28"),
    ),
    "datetime.time": (datetime.time(1, 2), datetime.time(3, tzinfo=_ZONE)),
    "datetime.timedelta": (datetime.timedelta(1), datetime.timedelta(0, -1), datetime.timedelta(0, 0, 5)),
    "datetime.timezone": (_ZONE,),
    "decimal.Decimal": (Decimal("1.5"), Decimal(-2), Decimal(0)),
    "fractions.Fraction": (Fraction(1, 3), Fraction(-2), Fraction(0)),
    "uuid.UUID": (uuid.UUID(int=1, version=1), uuid.UUID(int=2**127 + 1, version=4)),
    "pathlib.Path": (PurePosixPath("/a/b.txt"), PurePosixPath("c")),
    "time.struct_time": (time.gmtime(0),),
    "urllib.parse.ParseResult": (urllib.parse.urlparse("http://u:p@a.b:80/c?d=e#f"), urllib.parse.urlparse("")),
}
"""Some objects of classes whose methods change nothing; those of paths, which do, stand in the table below."""
NAMES: dict[type, str] = {type(samples[0]): name for name, samples in SAMPLES.items()}
"""The names of these classes."""

# ------------------------------------------------------------------------------------------------------------ tables
_LOGGER = {
    "None": "debug() info() warning() warn() error() exception() critical() fatal() log() setLevel() addHandler() "
    "removeHandler() addFilter() removeFilter()",
    "bool": "isEnabledFor() hasHandlers() propagate disabled",
    "int": "getEffectiveLevel() level",
    "str": "name",
    "logging.Logger": "getChild()",
}
_SEMAPHORE = {"None": "release()", "bool": "acquire() __enter__() locked()"}
_CONDITION = {"None": "notify() notify_all() notifyAll() release()", "bool": "wait() acquire() __enter__() locked()"}
_QUEUE = {
    "None": "put() put_nowait() task_done() join() shutdown()",
    "bool": "empty() full()",
    "int": "qsize() maxsize",
}
_MEMBERS_BY_RESULT: dict[str, dict[str, str]] = {
    "logging.Logger": _LOGGER,
    "logging.LoggerAdapter": _LOGGER,
    "logging.Handler": {"None": "setLevel() setFormatter() addFilter() flush() close()", "int": "level"},
    "logging.Formatter": {"str": "format() formatTime() formatException()"},
    "threading.Event": {"None": "set() clear()", "bool": "is_set() isSet() wait()"},
    "threading.Condition": _CONDITION,
    "threading.Semaphore": _SEMAPHORE,
    "threading.RLock": _SEMAPHORE,
    "threading.Barrier": {"int": "wait() parties n_waiting", "None": "reset() abort()", "bool": "broken"},
    "threading.Timer": {"None": "cancel() start() join()", "bool": "is_alive() daemon", "str": "name"},
    "asyncio.Event": {"None": "set() clear()", "bool": "is_set()"},
    "asyncio.Lock": {"None": "release()", "bool": "locked()"},
    "asyncio.Condition": {"None": "release() notify() notify_all()", "bool": "locked()"},
    "asyncio.Queue": {"None": "put_nowait() task_done() shutdown()", "bool": "empty() full()", "int": "qsize()"},
    "queue.Queue": _QUEUE,
    "random.Random": {
        "float": "random() uniform() gauss() normalvariate() triangular() betavariate() expovariate() gammavariate() "
        "lognormvariate() vonmisesvariate() paretovariate() weibullvariate()",
        "int": "randint() randrange() getrandbits()",
        "bytes": "randbytes()",
        "None": "seed() setstate()",
    },
    "hashlib.hash": {
        "None": "update()",
        "bytes": "digest()",
        "str": "hexdigest() name",
        "int": "digest_size block_size",
        "hashlib.hash": "copy()",
    },
    "pathlib.Path": {
        "str": "read_text() as_posix() as_uri() owner() group() name stem suffix anchor root drive",
        "bytes": "read_bytes()",
        "bool": "exists() is_file() is_dir() is_absolute() is_relative_to() is_symlink() is_mount() match() samefile()",
        "int": "write_text() write_bytes()",
        "None": "mkdir() touch() unlink() rmdir() chmod() symlink_to() hardlink_to()",
        "pathlib.Path": "resolve() absolute() expanduser() joinpath() with_name() with_suffix() with_stem() "
        "relative_to() readlink() parent rename() replace()",
        "generator of pathlib.Path": "glob() rglob() iterdir()",
        "list of str": "suffixes",
        "tuple of str": "parts",
        "os.stat_result": "stat() lstat()",
    },
    "os.stat_result": {
        "int": "st_size st_mode st_ino st_dev st_nlink st_uid st_gid st_mtime_ns st_ctime_ns st_atime_ns",
        "float": "st_mtime st_atime st_ctime",
    },
    "csv.writer": {"None": "writerows()"},
    "subprocess.CompletedProcess": {"int": "returncode", "None": "check_returncode()"},
    "subprocess.Popen": {"int": "pid wait()", "None": "kill() terminate() send_signal()"},
    "struct.Struct": {"int": "size", "bytes": "pack()", "tuple": "unpack() unpack_from()", "None": "pack_into()"},
    "string.Template": {"str": "substitute() safe_substitute() template"},
    "tempfile.TemporaryDirectory": {"str": "name __enter__()", "None": "cleanup()"},
    "configparser.ConfigParser": {
        "list of str": "sections() options() read()",
        "bool": "has_section() has_option() getboolean()",
        "int": "getint()",
        "float": "getfloat()",
    },
    "array.array": {"bytes": "tobytes()", "None": "append() extend() byteswap() fromlist()", "int": "itemsize"},
    "textwrap.TextWrapper": {"list of str": "wrap()", "str": "fill()"},
    "contextvars.ContextVar": {"None": "reset()", "str": "name"},
}
"""The attributes, and the methods with ``()`` behind, of classes by what they give."""
_MEMBERS = {
    name: {member: result for result, members in table.items() for member in members.split()}
    for name, table in _MEMBERS_BY_RESULT.items()
}
KEEPS = frozenset({"put", "put_nowait", "addHandler", "addFilter", "setFormatter", "set", "append", "extend"})
"""Methods that may hand what they are given to somebody else."""
_BY_RESULT = {
    "int": "os.getpid os.getppid os.write os.open os.path.getsize time.time_ns zlib.adler32 zlib.crc32 "
    "binascii.crc32 struct.calcsize sys.getsizeof sys.getrefcount sys.getrecursionlimit multiprocessing.cpu_count "
    "threading.get_ident threading.get_native_id threading.active_count random.randint random.randrange "
    "random.getrandbits secrets.randbelow secrets.randbits time.perf_counter_ns time.monotonic_ns "
    "time.process_time_ns time.thread_time_ns math.isqrt calendar.timegm calendar.weekday "
    "unicodedata.combining gc.collect locale.atoi operator.length_hint os.system",
    "float": "time.time time.perf_counter time.monotonic time.process_time time.thread_time time.mktime random.random "
    "random.uniform random.gauss random.normalvariate random.betavariate random.expovariate random.triangular "
    "random.lognormvariate random.gammavariate random.vonmisesvariate random.paretovariate random.weibullvariate "
    "os.path.getmtime os.path.getctime os.path.getatime locale.atof "
    "statistics.fmean statistics.geometric_mean statistics.correlation",
    "bool": "os.access os.path.islink os.path.ismount os.path.samefile keyword.iskeyword fnmatch.fnmatch "
    "fnmatch.fnmatchcase calendar.isleap hmac.compare_digest secrets.compare_digest inspect.isfunction "
    "inspect.isclass inspect.ismethod inspect.iscoroutinefunction inspect.isawaitable asyncio.iscoroutine "
    "asyncio.iscoroutinefunction dataclasses.is_dataclass math.isnan math.isinf math.isfinite filecmp.cmp "
    "unicodedata.mirrored unicodedata.is_normalized operator.contains ",
    "str": "os.getcwd os.readlink os.strerror time.strftime time.ctime time.asctime traceback.format_exc "
    "platform.machine platform.system platform.python_version platform.node platform.platform platform.release "
    "socket.gethostname tempfile.gettempdir tempfile.mkdtemp string.capwords textwrap.dedent textwrap.indent "
    "textwrap.fill textwrap.shorten secrets.token_hex secrets.token_urlsafe html.escape html.unescape "
    "unicodedata.normalize unicodedata.category unicodedata.bidirectional "
    "unicodedata.east_asian_width unicodedata.lookup unicodedata.decomposition urllib.parse.quote "
    "urllib.parse.quote_plus urllib.parse.unquote urllib.parse.unquote_plus urllib.parse.urlencode inspect.cleandoc "
    "inspect.getsource pprint.pformat reprlib.repr getpass.getuser shlex.quote "
    "calendar.month inspect.getfile sys.getdefaultencoding sys.getfilesystemencoding sys.intern "
    "locale.getpreferredencoding os.fsdecode",
    "bytes": "os.urandom os.read os.fsencode zlib.compress zlib.decompress gzip.decompress bz2.compress "
    "bz2.decompress lzma.compress lzma.decompress binascii.hexlify binascii.unhexlify binascii.a2b_base64 "
    "binascii.b2a_base64 base64.b16encode base64.b16decode base64.b32encode base64.b32decode base64.a85encode "
    "base64.a85decode base64.b85encode base64.b85decode base64.encodebytes base64.decodebytes secrets.token_bytes "
    "hashlib.pbkdf2_hmac hashlib.scrypt hmac.digest random.randbytes pickle.dumps marshal.dumps "
    "urllib.parse.unquote_to_bytes",
    "None": "os.makedirs os.mkdir os.remove os.unlink os.rename os.replace os.rmdir os.chmod os.chdir os.close "
    "os.putenv os.unsetenv os.kill os.removedirs os.symlink os.truncate os.utime random.seed shutil.rmtree "
    "warnings.warn warnings.simplefilter warnings.filterwarnings warnings.resetwarnings traceback.print_exc "
    "traceback.print_stack traceback.print_exception logging.debug logging.info logging.warning logging.warn "
    "logging.error logging.exception logging.critical logging.log logging.basicConfig logging.disable "
    "logging.captureWarnings logging.shutdown gc.disable gc.enable gc.freeze pprint.pprint time.tzset "
    "faulthandler.enable sys.setrecursionlimit sys.setswitchinterval socket.setdefaulttimeout struct.pack_into "
    "importlib.invalidate_caches",
    "tuple": "struct.unpack_from math.modf math.frexp colorsys.rgb_to_hsv colorsys.rgb_to_yiq sys.exc_info "
    "os.getloadavg",
    "list of str": "os.listdir glob.glob traceback.format_exception traceback.format_tb traceback.format_stack "
    "textwrap.wrap shlex.split difflib.get_close_matches fnmatch.filter",
    "generator of str": "difflib.unified_diff difflib.ndiff difflib.context_diff",
    "logging.Logger": "logging.getLogger",
    "logging.LoggerAdapter": "logging.LoggerAdapter",
    "logging.Handler": "logging.StreamHandler logging.FileHandler logging.NullHandler",
    "logging.Formatter": "logging.Formatter",
    "threading.Event": "threading.Event",
    "threading.Condition": "threading.Condition",
    "threading.Semaphore": "threading.Semaphore threading.BoundedSemaphore multiprocessing.Semaphore",
    "threading.RLock": "threading.RLock multiprocessing.RLock multiprocessing.Lock",
    "threading.Barrier": "threading.Barrier",
    "threading.Timer": "threading.Timer",
    "asyncio.Event": "asyncio.Event",
    "asyncio.Lock": "asyncio.Lock asyncio.Semaphore asyncio.BoundedSemaphore",
    "asyncio.Condition": "asyncio.Condition",
    "asyncio.Queue": "asyncio.Queue asyncio.PriorityQueue asyncio.LifoQueue",
    "queue.Queue": "queue.Queue queue.SimpleQueue queue.LifoQueue queue.PriorityQueue multiprocessing.Queue",
    "random.Random": "random.Random random.SystemRandom",
    "pathlib.Path": "pathlib.Path pathlib.PurePath pathlib.PosixPath pathlib.PurePosixPath pathlib.Path.cwd "
    "pathlib.Path.home",
    "os.stat_result": "os.stat os.lstat os.fstat",
    "csv.writer": "csv.writer csv.DictWriter",
    "subprocess.CompletedProcess": "subprocess.run",
    "subprocess.Popen": "subprocess.Popen",
    "struct.Struct": "struct.Struct",
    "string.Template": "string.Template",
    "tempfile.TemporaryDirectory": "tempfile.TemporaryDirectory",
    "configparser.ConfigParser": "configparser.ConfigParser configparser.RawConfigParser",
    "array.array": "array.array",
    "textwrap.TextWrapper": "textwrap.TextWrapper",
    "contextvars.ContextVar": "contextvars.ContextVar",
    "datetime.datetime": "datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today",
    "datetime.date": "datetime.date.today",
    "uuid.UUID": "uuid.uuid1 uuid.uuid3 uuid.uuid4 uuid.uuid5",
    "time.struct_time": "time.gmtime time.localtime time.strptime",
    "decimal.Decimal": "decimal.Decimal.from_float",
}
RESULTS = {name: result for result, names in _BY_RESULT.items() for name in names.split()}
"""What functions and classes give whatever they are given."""


def made(words: str) -> Value:
    """A new value as a table names it: ``str``, ``None``, ``list of str``."""
    kind, _, item = words.partition(" of ")
    if item or kind == "tuple":
        return Seq(kind, [], True, Unknown(item) if item else UNKNOWN)
    return None if words == "None" else Unknown(words)


def is_foreign(value: Value) -> bool:
    """Whether a value is an object whose members stand in a table."""
    return value.__class__ is Unknown and value.type in _MEMBERS


def is_method(kind: str, name: str) -> bool:
    """Whether an object has a method of this name."""
    return f"{name}()" in _MEMBERS[kind]


def attribute(kind: str, name: str) -> Value:
    """What an attribute of an object is."""
    words = _MEMBERS[kind].get(name)
    return UNKNOWN if words is None else made(words)


def result(kind: str, name: str) -> Value:
    """What a method of an object gives."""
    words = _MEMBERS[kind].get(f"{name}()")
    return UNKNOWN if words is None else made(words)
