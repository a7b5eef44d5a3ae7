"""One request, one reply: in-band over HTTP and gRPC, and with tensors in system or CUDA shared memory.

HTTP is spoken with the binary tensor extension through the standard library; gRPC needs ``grpcio`` (the ``runtime``
extra) and uses the messages of ``proto/inference.proto`` in a private descriptor pool.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import itertools
import json
import mmap
import os
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol
from urllib.parse import quote

from tritonlint.runtime.observation import Reply
from tritonlint.runtime.request import Request, Tensor
from tritonlint.runtime.server import Answer

HEADER_LENGTH = "Inference-Header-Content-Length"
SERVICE = "/inference.GRPCInferenceService/"
DATA = Path(__file__).parent.parent / "data"
PAGE = 4096


class Endpoint(Protocol):
    """The part of a running server that requests need."""

    http_port: int
    grpc_port: int
    client_region_prefix: str

    @property
    def alive(self) -> bool: ...  # noqa: D102
    @property
    def shared_memory_folder(self) -> Path: ...  # noqa: D102
    def request(  # noqa: D102
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        seconds: float = 30.0,
    ) -> Answer: ...


class ExchangeError(Exception):
    """A way to the server that cannot be used here; the message says why."""


# ------------------------------------------------------------------------------------------------------------ HTTP
def infer_http(server: Endpoint, model: str, request: Request, *, seconds: float) -> Reply:
    """Send tensors in the body, get them back in the body. May be called from several threads at once."""
    entries = [
        {
            "name": t.name,
            "datatype": t.datatype,
            "shape": list(t.shape),
            "parameters": {"binary_data_size": len(t.data)},
        }
        for t in request.inputs
    ]
    parameters = {**request.parameters, "binary_data_output": True}
    body = b"".join(tensor.data for tensor in request.inputs)
    return _post(server, model, {"inputs": entries, "parameters": parameters}, body, seconds)


def infer_shared(
    server: Endpoint, model: str, request: Request, regions: Regions, expected: Sequence[Tensor], *, seconds: float
) -> Reply:
    """The same with inputs and outputs in registered regions; ``expected`` tells how large the outputs are."""
    entries = [
        {"name": t.name, "datatype": t.datatype, "shape": list(t.shape), "parameters": regions.input(t.name)}
        for t in request.inputs
    ]
    outputs = [{"name": tensor.name, "parameters": regions.output(tensor.name)} for tensor in expected]
    parameters = dict(request.parameters)
    reply = _post(server, model, {"inputs": entries, "outputs": outputs, "parameters": parameters}, b"", seconds)
    if not reply.answered:
        return reply
    read = tuple(
        Tensor(tensor.name, tensor.datatype, tensor.shape, regions.read(tensor.name, len(by_name[tensor.name].data)))
        for by_name in ({tensor.name: tensor for tensor in expected},)
        for tensor in reply.outputs
        if tensor.name in by_name
    )
    return Reply(read, seconds=reply.seconds, status=reply.status)


def _post(server: Endpoint, model: str, header: Mapping[str, Any], body: bytes, seconds: float) -> Reply:
    head = json.dumps(header).encode()
    start = time.monotonic()
    # A connection of its own: requests go out side by side, and one that hangs must not block the next.
    connection = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=seconds)
    try:
        connection.request(
            "POST",
            f"/v2/models/{quote(model, safe='')}/infer",
            head + body,
            {HEADER_LENGTH: str(len(head)), "Content-Type": "application/octet-stream"},
        )
        response = connection.getresponse()
        content = response.read()
    except TimeoutError:
        return Reply(hung=True, seconds=time.monotonic() - start)
    except (OSError, http.client.HTTPException) as error:
        return Reply(
            error=f"{type(error).__name__}: {error}", server_died=_died(server), seconds=time.monotonic() - start
        )
    finally:
        connection.close()
    took = time.monotonic() - start
    if response.status != 200:
        return Reply(error=Answer(response.status, content).message, status=response.status, seconds=took)
    length = int(response.headers.get(HEADER_LENGTH, len(content)))
    described = json.loads(content[:length])
    outputs, position = [], length
    for entry in described.get("outputs", ()):
        size = int(entry.get("parameters", {}).get("binary_data_size", 0))
        outputs.append(
            Tensor(
                entry["name"],
                entry["datatype"],
                tuple(int(d) for d in entry["shape"]),
                content[position : position + size],
            )
        )
        position += size
    return Reply(tuple(outputs), status=response.status, seconds=took)


def _died(server: Endpoint) -> bool:
    # A dying process closes its sockets a moment before it can be waited for.
    end = time.monotonic() + 1.0
    while server.alive and time.monotonic() < end:
        time.sleep(0.05)
    return not server.alive


# ------------------------------------------------------------------------------------------------------------ gRPC
@cache
def grpc_module() -> ModuleType:
    """The ``grpc`` package. Raises ExchangeError when it is not installed."""
    try:
        import grpc
    except ImportError as error:
        raise ExchangeError("gRPC needs the package grpcio: pip install 'tritonlint[runtime]'") from error
    module: ModuleType = grpc
    return module


@cache
def messages() -> dict[str, Any]:
    """The message classes of the inference service by name."""
    from google.protobuf import descriptor_pool, message_factory
    from google.protobuf.descriptor_pb2 import FileDescriptorSet

    pool = descriptor_pool.DescriptorPool()
    (file,) = FileDescriptorSet.FromString((DATA / "inference.binpb").read_bytes()).file
    pool.AddSerializedFile(file.SerializeToString())
    return {
        message.name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{file.package}.{message.name}"))
        for message in file.message_type
    }


class GrpcClient:
    """A channel to one server. Raises ExchangeError when grpcio is missing."""

    def __init__(self, server: Endpoint) -> None:
        grpc = grpc_module()
        self._server = server
        self._grpc = grpc
        self._channel = grpc.insecure_channel(
            f"127.0.0.1:{server.grpc_port}",
            [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)],
        )
        types = messages()
        self._infer = self._channel.unary_unary(
            f"{SERVICE}ModelInfer",
            request_serializer=types["ModelInferRequest"].SerializeToString,
            response_deserializer=types["ModelInferResponse"].FromString,
        )
        self._stream = self._channel.stream_stream(
            f"{SERVICE}ModelStreamInfer",
            request_serializer=types["ModelInferRequest"].SerializeToString,
            response_deserializer=types["ModelStreamInferResponse"].FromString,
        )

    def __enter__(self) -> GrpcClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()

    def infer(self, model: str, request: Request, *, seconds: float) -> Reply:
        """One request, one response."""
        start = time.monotonic()
        try:
            response = self._infer(_message(model, request), timeout=seconds)
        except self._grpc.RpcError as error:
            return self._failed(error, start)
        return Reply(_tensors(response), seconds=time.monotonic() - start)

    def stream(self, model: str, request: Request, *, seconds: float) -> Reply:
        """One request, any number of responses: what decoupled models need. Ends with the final one."""
        start = time.monotonic()
        message = _message(model, request)
        # Without it a model that ends with an empty response would end for the server only.
        message.parameters["triton_enable_empty_final_response"].bool_param = True
        ended = threading.Event()

        def requests() -> Iterator[Any]:
            yield message
            # Closing the stream earlier would cancel the request.
            ended.wait(seconds)

        outputs: tuple[Tensor, ...] = ()
        count, final, error = 0, False, None
        try:
            for part in self._stream(requests(), timeout=seconds):
                if part.error_message:
                    # A refused request gets no final response.
                    error = part.error_message
                    ended.set()
                    continue
                final = part.infer_response.parameters["triton_final_response"].bool_param
                tensors = _tensors(part.infer_response)
                if tensors or not final:
                    count += 1
                outputs += tuple(tensor for tensor in tensors if tensor.name not in {each.name for each in outputs})
                if final:
                    # The server closes the stream in its turn. Cut off here, 24.10 may never unload the model.
                    ended.set()
        except self._grpc.RpcError as failure:
            if not (count and failure.code() == self._grpc.StatusCode.DEADLINE_EXCEEDED):
                return self._failed(failure, start)
        finally:
            ended.set()
        took = time.monotonic() - start
        return Reply(outputs, error, seconds=took, responses=count, final=final, hung=not final and error is None)

    def _failed(self, error: Any, start: float) -> Reply:
        took = time.monotonic() - start
        code = error.code()
        if code == self._grpc.StatusCode.DEADLINE_EXCEEDED:
            return Reply(hung=True, seconds=took)
        died = code == self._grpc.StatusCode.UNAVAILABLE and _died(self._server)
        return Reply(error=error.details() or str(code), server_died=died, seconds=took)


def _message(model: str, request: Request) -> Any:
    message = messages()["ModelInferRequest"](model_name=model)
    for name, value in request.parameters.items():
        kind = "bool_param" if isinstance(value, bool) else "int64_param" if isinstance(value, int) else "string_param"
        setattr(message.parameters[name], kind, value)
    for tensor in request.inputs:
        message.inputs.add(name=tensor.name, datatype=tensor.datatype, shape=tensor.shape)
        message.raw_input_contents.append(tensor.data)
    return message


def _tensors(response: Any) -> tuple[Tensor, ...]:
    return tuple(
        Tensor(entry.name, entry.datatype, tuple(entry.shape), data)
        for entry, data in zip(response.outputs, response.raw_output_contents, strict=False)
    )


# ------------------------------------------------------------------------------------------------- shared memory
class Region(Protocol):
    """Memory that server and client both see."""

    size: int

    def write(self, offset: int, data: bytes) -> None: ...  # noqa: D102
    def read(self, offset: int, size: int) -> bytes: ...  # noqa: D102
    def registration(self) -> tuple[str, dict[str, Any]]: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class SystemRegion:
    """POSIX shared memory of ``size`` bytes, in the folder through which the server's ``/dev/shm`` is seen.

    ``prefix`` starts its name; by it the region is found and removed when tritonlint itself is killed.
    """

    def __init__(self, folder: Path, prefix: str, size: int) -> None:
        self.size = size
        self.path = folder / f"{prefix}{uuid.uuid4().hex[:12]}"
        descriptor = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        try:
            # Taken at once: a full /dev/shm says so here instead of killing the process that writes.
            os.posix_fallocate(descriptor, 0, size)
            self._map = mmap.mmap(descriptor, size)
        except OSError as error:
            self.path.unlink(missing_ok=True)
            raise ExchangeError(f"no room for {size} bytes in {folder}: {error.strerror}") from error
        finally:
            os.close(descriptor)

    def write(self, offset: int, data: bytes) -> None:
        """Put bytes at an offset."""
        self._map[offset : offset + len(data)] = data

    def read(self, offset: int, size: int) -> bytes:
        """Bytes at an offset."""
        return self._map[offset : offset + size]

    def registration(self) -> tuple[str, dict[str, Any]]:
        """Kind and body of the register call."""
        return "systemsharedmemory", {"key": f"/{self.path.name}", "offset": 0, "byte_size": self.size}

    def close(self) -> None:
        """Give the memory back."""
        self._map.close()
        self.path.unlink(missing_ok=True)


class CudaRegion:
    """``size`` bytes of memory on GPU 0, shared through a CUDA IPC handle. Raises ExchangeError without a GPU."""

    def __init__(self, library: Path, size: int) -> None:
        import ctypes

        self.size = size
        self._ctypes = ctypes
        try:
            self._cuda = ctypes.CDLL(str(library))
        except OSError as error:
            raise ExchangeError(f"{library}: {error}") from error
        self._pointer = ctypes.c_void_p()
        self._call("cudaSetDevice", ctypes.c_int(0))
        self._call("cudaMalloc", ctypes.byref(self._pointer), ctypes.c_size_t(size))

    def write(self, offset: int, data: bytes) -> None:
        """Copy bytes to the GPU."""
        self._copy(self._ctypes.c_void_p((self._pointer.value or 0) + offset), data, len(data), 1)

    def read(self, offset: int, size: int) -> bytes:
        """Copy bytes from the GPU."""
        buffer = self._ctypes.create_string_buffer(size)
        self._copy(buffer, self._ctypes.c_void_p((self._pointer.value or 0) + offset), size, 2)
        return buffer.raw

    def registration(self) -> tuple[str, dict[str, Any]]:
        """Kind and body of the register call."""
        handle = (self._ctypes.c_ubyte * 64)()
        # cudaIpcGetMemHandle fills a structure of 64 bytes.
        self._call("cudaIpcGetMemHandle", self._ctypes.byref(handle), self._pointer)
        encoded = base64.b64encode(bytes(handle)).decode()
        return "cudasharedmemory", {"raw_handle": {"b64": encoded}, "device_id": 0, "byte_size": self.size}

    def close(self) -> None:
        """Give the memory back."""
        with contextlib.suppress(ExchangeError):
            self._call("cudaFree", self._pointer)

    def _copy(self, to: Any, source: Any, size: int, kind: int) -> None:
        self._call("cudaMemcpy", to, source, self._ctypes.c_size_t(size), self._ctypes.c_int(kind))

    def _call(self, name: str, *arguments: Any) -> None:
        status = getattr(self._cuda, name)(*arguments)
        if status:
            text = self._cuda.cudaGetErrorString
            text.restype = self._ctypes.c_char_p
            raise ExchangeError(f"{name}: {text(status).decode()}")


@dataclass(frozen=True, slots=True)
class Regions:
    """Two registered regions and where each tensor lies in them."""

    inputs: Region
    outputs: Region
    input_name: str
    output_name: str
    places: Mapping[tuple[str, str], tuple[int, int]]

    def input(self, name: str) -> dict[str, Any]:
        """Parameters of an input that lies in the region."""
        offset, size = self.places["input", name]
        return {
            "shared_memory_region": self.input_name,
            "shared_memory_offset": offset,
            "shared_memory_byte_size": size,
        }

    def output(self, name: str) -> dict[str, Any]:
        """Parameters of an output that shall go to the region."""
        offset, size = self.places["output", name]
        return {
            "shared_memory_region": self.output_name,
            "shared_memory_offset": offset,
            # The server refuses a place of no size.
            "shared_memory_byte_size": max(size, 1),
        }

    def read(self, name: str, size: int) -> bytes:
        """Bytes of an output."""
        return self.outputs.read(self.places["output", name][0], size)


def find_cuda_runtime(root: Path) -> Path:
    """The CUDA runtime library: the server's own, else what the loader finds by its usual name."""
    for pattern in ("**/libcudart-*.so*", "**/libcudart.so.*"):
        for path in sorted(root.glob(pattern)):
            return path
    return Path("libcudart.so")


_NUMBERS = itertools.count(1)
_UNTOUCHED = b"\xa5"
"""What the output region is filled with, so that an answer that was never written shows."""


@contextmanager
def shared_regions(
    server: Endpoint, request: Request, expected: Sequence[Tensor], cuda: Path | None = None
) -> Iterator[Regions]:
    """Register regions for the tensors of a request and its expected outputs; unregister and free them afterwards.

    With ``cuda`` (the path of libcudart) they lie on GPU 0. Raises ExchangeError.
    """
    places: dict[tuple[str, str], tuple[int, int]] = {}
    sizes = {"input": 0, "output": 0}
    for direction, tensors in (("input", request.inputs), ("output", expected)):
        for tensor in tensors:
            places[direction, tensor.name] = (sizes[direction], len(tensor.data))
            # 64-byte places: what a client of a vectorised model would choose.
            sizes[direction] += max(-(-len(tensor.data) // 64) * 64, 64)

    def region(size: int) -> Region:
        size = max(-(-size // PAGE) * PAGE, PAGE)
        if cuda is not None:
            return CudaRegion(cuda, size)
        return SystemRegion(server.shared_memory_folder, server.client_region_prefix, size)

    with contextlib.ExitStack() as stack:
        names = {}
        made = {}
        for direction, size in sizes.items():
            made[direction] = one = region(size)
            stack.callback(one.close)
            names[direction] = name = f"tritonlint_{direction}_{next(_NUMBERS)}"
            kind, body = one.registration()
            answer = server.request("POST", f"/v2/{kind}/region/{name}/register", json.dumps(body).encode())
            if not answer.ok:
                raise ExchangeError(f"the server refused the region: {answer.message}")
            stack.callback(_unregister, server, kind, name)
        for tensor in request.inputs:
            made["input"].write(places["input", tensor.name][0], tensor.data)
        made["output"].write(0, _UNTOUCHED * made["output"].size)
        yield Regions(made["input"], made["output"], names["input"], names["output"], places)


def _unregister(server: Endpoint, kind: str, name: str) -> None:
    from tritonlint.runtime.server import ServerError

    with contextlib.suppress(ServerError):
        server.request("POST", f"/v2/{kind}/region/{name}/unregister", b"{}")
