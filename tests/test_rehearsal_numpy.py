"""A catalogue of NumPy's API: what the rehearsal says of each call has to hold for the real NumPy, 1.26 or 2.

``test_rehearsal_arrays.py`` does the same for what nearly every model does; here stands everything else that a model
may do before or after an inference.
"""

from __future__ import annotations

import ast
import inspect
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.test_rehearsal import ARRAY, CONFIG, HEAD, RELEASE
from tests.test_rehearsal_arrays import OutOfReachError, abstract, both, judge
from tritonlint.facts import ModelFacts, read_text_file
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.inputs.rehearsal.numpy_calls import FUNCTIONS, signature
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, Unknown
from tritonlint.repository import discover
from tritonlint.target import Target

NUMBERS = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64",
    "complex64", "complex128",
)  # fmt: skip
COMMON = ("bool", "int32", "int64", "uint8", "float16", "float32", "float64")

CALLS = {
    "making": """
np.zeros((2, i))|np.ones(3, dtype=bool)|np.empty((2, 3), "float32")|np.full((2, 3), 1.5)|np.full(2, "a")|np.full(2, f)
np.full_like(f, 1.5)|np.full_like(f, 0, dtype=np.int8)|np.zeros_like(f, shape=(2, 3))|np.empty_like(f)|np.eye(3, k=1)
np.zeros_like([1, 2])|np.identity(3, dtype=np.int8)|np.diag(f)|np.diag(v)|np.diag(m)|np.diag(v, k=1)|np.diag(m, -1)
np.diagflat(f)|np.diagonal(m)|m.diagonal()|np.diagonal(f, 0, 0, 1)|f.diagonal(axis1=0, axis2=-1)|np.tri(3)|np.tri(2, 3)
np.tri(3, dtype=np.float32)|np.tril(m)|np.triu(m, k=1)|np.vander(v)|np.vander(v, 3)|np.tril_indices(3)
np.triu_indices(3, k=1)|np.tril_indices_from(m)|np.diag_indices(3)|np.diag_indices(3, 3)|np.arange(5.0)
np.arange(1, 5.0)|np.arange(3, dtype="f4")|np.arange(f.shape[0])|np.arange(0, 6, 2)|np.arange(5, 0, -1)|np.arange(i, 7)
np.arange(np.int32(3))|np.arange(np.float32(3))|np.arange(True)|np.linspace(0, 1, 5)|np.linspace(0, 1, 5, False)
np.linspace(0, 1, num=5, dtype=np.float32)|np.linspace(0, 1)|np.linspace(v, 2.0, 5)|np.linspace(0, v, 4, axis=-1)
np.linspace(0, 1, 5, retstep=True)|np.linspace(f.max(), 5, 3)|np.linspace(0, i, i)|np.logspace(0, 2, 5)
np.logspace(0, 2, num=3, base=2.0)|np.logspace(0, 1, 4, dtype=np.float32)|np.geomspace(1, 100, 5)|np.geomspace(1, 8)
np.meshgrid(v, w)|np.meshgrid(v, w, indexing="ij")|np.meshgrid(np.arange(3), np.arange(2))[0]|np.meshgrid(v, w, v)
np.meshgrid(v, w, sparse=True)|np.mgrid[0:3, 0:4]|np.mgrid[0:3]|np.mgrid[0:1:5j]|np.ogrid[0:3, 0:4]|np.mgrid[:i, :j]
np.mgrid[0:3, 0:4].astype(np.float32)|np.indices((2, 3))|np.indices((2, i), dtype=np.float32)|np.indices((2, 3))[0]
np.r_[v, w]|np.r_[0, v]|np.r_[1, 2, 3]|np.r_[0:3]|np.c_[v, v]|np.c_[m, m]|np.c_[v]|np.fromfunction(lambda x: x, (3,))
np.array(f, ndmin=3)|np.array([f, f])|np.array([f.max(), f.min()])|np.array([v[0]])|np.array([f.shape[0], 1])
np.array(f.shape)|np.array([f.sum(), 1.0])|np.asarray([f])|np.asanyarray(f)|np.copy(f)|np.asarray(f, order="C")
np.asfortranarray(f)|np.ascontiguousarray(f, dtype=np.float32)|np.require(f, np.float32, "C")
np.frombuffer(b"abcdefgh", dtype=np.float32)|np.frombuffer(b"abcdefgh", np.uint8, 3)|np.frombuffer(b"abcd", "u1", -1, 1)
np.frombuffer(f.tobytes(), np.uint8)|np.frombuffer(b"abcdefgh", dtype=np.uint16, offset=2)|np.fromiter([1, 2], np.int32)
np.fromiter([1, 2], dtype=np.int32, count=2)|np.fromiter((1.0, 2.0), float)|np.fromstring("1 2", sep=" ")
np.fromstring("1,2", dtype=int, sep=",")|np.float32(v)|np.float32([1, 2])|np.int64(1.5)|np.uint8(3)|np.float64("1.5")
np.bool_(1)|np.array(1.5)|np.array(3)|np.array("abc")|np.array(True)|np.array(b"a")|np.float32(1.5).item()
np.asarray(v, dtype=object)|np.array(np.float32(1))|np.array([np.float32(1), np.float32(2)])|np.bartlett(4)
np.kaiser(4, 1)|np.hanning(v.shape[0])|np.broadcast_to(v, (2, v.shape[0]))|np.broadcast_to(1.0, (2, 3))
np.broadcast_to(f, (2,) + f.shape)|np.broadcast_arrays(f, 1)|np.broadcast_arrays(f, f)|np.broadcast_arrays(v, m)
np.broadcast_shapes((2, 1), (1, 3))|np.broadcast_shapes(f.shape, f.shape)|np.ix_(v, v)|np.ix_([0, 0], [0])
np.ix_(np.arange(2), np.arange(2))|np.block([v, v])|np.block([[m, m], [m, m]])|np.bmat([[m]])
""",
    "shape": """
f.reshape(-1)|f.reshape(1, -1)|f.reshape(f.shape[0], -1)|f.reshape((-1, f.shape[-1]))|f.reshape(*f.shape, 1)
f.reshape(-1, order="F")|f.reshape(f.size)|f.reshape(())|f.reshape(2, -1, 1)|f.reshape(f.shape + (1,))
f.reshape((1,) + f.shape)|f.reshape(f.shape[:1] + (-1,))|np.reshape(f, -1)|np.reshape(f, (-1, 1))|f.ravel("F")
f.flatten("F")|f[None, :]|f[:, None]|f[..., None]|f[None, ..., None]|f[np.newaxis]|np.expand_dims(f, 0)
np.expand_dims(f, -1)|np.expand_dims(f, (0, -1))|np.expand_dims(f, axis=[0, 1])|f.squeeze(0)|f.squeeze(axis=-1)
f.squeeze(axis=(0,))|np.squeeze(f, (0, 1))|f.T|m.T|np.transpose(f)|f.transpose()|f.transpose(1, 0)|f.transpose((0, 1))
f.transpose([1, 0])|f.transpose(2, 0, 1)|f.transpose(0, 2, 1)|f.transpose(-1, 0)|np.transpose(f, [1, 0])|f.mT
np.swapaxes(f, 0, 1)|f.swapaxes(-1, -2)|f.swapaxes(0, -1)|np.moveaxis(f, -1, 0)|np.moveaxis(f, 0, -1)
np.moveaxis(f, [0, 1], [1, 0])|np.moveaxis(f, (0, 1), (-1, -2))|np.rollaxis(f, 1)|np.rollaxis(f, -1, 0)
np.rollaxis(f, 0, 2)|np.flip(f)|np.flip(f, 0)|np.flip(f, axis=(0, 1))|np.fliplr(f)|np.flipud(f)|np.rot90(f)
np.rot90(f, 2)|np.rot90(f, k=i)|np.rot90(f, 1, (0, 1))|np.rot90(f, 3, (1, 0))|np.roll(f, 1)|np.roll(f, 1, axis=0)
np.roll(f, (1, 1), (0, 1))|np.concatenate([f, f])|np.concatenate([f, f], axis=-1)|np.concatenate((v, w))
np.concatenate([f, f], axis=None)|np.concatenate([f, f], dtype=np.float32)|np.concatenate([f.astype(np.float32), f])
np.concatenate([v, [1]])|np.concatenate([[0], v])|np.concatenate([f[:1], f])|np.concatenate([v[:0], v])|np.stack([f, f])
np.stack([f, f], axis=-1)|np.stack([v[0], v[0]])|np.stack((f, f), 1)|np.stack([f, f], dtype=np.float32)
np.vstack([f, f])|np.vstack([v, v])|np.hstack([f, f])|np.hstack([v, w])|np.dstack([f, f])|np.dstack([v, v])
np.dstack([m])|np.column_stack([v, v])|np.column_stack([m, m])|np.column_stack((v, m))|np.column_stack([f, f])
np.append(f, 1)|np.append(f, f)|np.append(v, w)|np.append(f, f, axis=0)|np.append(v, 1.5)|np.append([], v)
np.insert(v, 0, 1)|np.insert(f, 0, 0)|np.insert(f, 0, 0, axis=0)|np.insert(v, [0, 1], 5)|np.insert(v, i, 2)
np.delete(v, 0)|np.delete(f, 0)|np.delete(f, 0, axis=0)|np.delete(f, [0], axis=-1)|np.delete(v, [0, 0])|np.delete(v, i)
np.delete(v, slice(0, 1))|np.delete(v, v > 0)|np.split(f, 1)|np.split(f, 2)|np.split(f, 2, axis=-1)|np.split(v, [1])
np.split(v, [1, 2])|np.split(f, [1], axis=0)|np.array_split(f, 2)|np.array_split(v, 3)|np.array_split(v, [1, 2])
np.array_split(f, i)|np.array_split(f, 2, axis=-1)|np.vsplit(f, 1)|np.vsplit(f, [1])|np.hsplit(f, 1)|np.hsplit(f, [1])
np.hsplit(f, 2)|np.dsplit(f, 1)|np.tile(f, 2)|np.tile(f, (2, 1))|np.tile(v, (3, 1))|np.tile(f, (2, 1, 1, 1))
np.tile(f, [1, 2])|np.tile(f, i)|np.tile(1.5, 3)|np.repeat(f, 2)|np.repeat(f, 2, axis=0)|np.repeat(f, i, axis=-1)
np.repeat(v, [2])|np.repeat(v, k)|f.repeat(2, axis=-1)|np.repeat(f[None], 3, axis=0)|np.repeat(1.5, 3)|np.pad(f, 1)
np.pad(f, ((0, 1),) * f.ndim)|np.pad(v, (1, 2))|np.pad(v, [(1, 2)])|np.pad(v, ((1, 2),), "edge")|np.pad(f, (1, 2))
np.pad(m, ((0, 1), (2, 3)))|np.pad(m, ((0, i), (0, 0)))|np.pad(v, (0, i), constant_values=1)|np.pad(v, 2, mode="wrap")
np.pad(m, ((1, 1), (0, 0)), "constant", constant_values=0)|np.pad(v, i)|np.resize(f, (2, 3))|np.resize(v, 5)
np.atleast_1d(f)|np.atleast_1d(1.5)|np.atleast_2d(v)|np.atleast_2d(f)|np.atleast_3d(f)|np.atleast_3d(v)|np.atleast_3d(m)
np.atleast_1d(f, v)|np.atleast_2d(v, 1)|np.trim_zeros(v)|np.lib.stride_tricks.sliding_window_view(v, 1)
np.lib.stride_tricks.sliding_window_view(v, 2)|np.lib.stride_tricks.sliding_window_view(m, (1, 2))
np.lib.stride_tricks.sliding_window_view(f, 1, axis=0)|np.lib.stride_tricks.sliding_window_view(v, window_shape=i)
np.lib.stride_tricks.as_strided(v, (1, 1), (0, 0))|np.lib.stride_tricks.as_strided(v, shape=(2, 1), strides=(0, 0))
np.ravel(f)|np.ravel(1)|f.flat[0]|list(f.flat)|f.base|f.strides|f.itemsize|f.nbytes|f.data|f.flags|f.size
np.shape([1, 2])|np.ndim(1.5)|np.size(f, 0)|np.size(f)|np.shape(f)[0]|len(f)|f.shape[-1]|f.shape[1:]|f.shape == (2, 3)
""",
    "index": """
f[0]|f[-1]|f[i]|f[i:j]|f[::2]|f[::-1]|f[:, ::-1]|f[..., ::-1]|f[..., 0]|f[..., :2]|f[0, ...]|f[..., 0, :]|f[:, 0]
f[:, 0:1]|f[0, 0]|f[0][0]|f[f > 0]|f[p]|f[~p]|f[f > 0].sum()|f[p, 0]|f[p].mean(axis=0)|f[:, p[0]]|f[p[:, 0]]
f[p.any(axis=-1)]|f[k]|v[k]|f[[0]]|f[[0, 0]]|f[[0], 0]|f[[0], [0]]|f[:, [0]]|f[..., [0]]|f[[0], :]|f[[0]][:, [0]]
f[[[0, 0], [0, 0]]]|f[(0,)]|f[np.array([0])]|f[np.array([], dtype=int)]|f[np.argsort(f[:, 0])]|v[np.argsort(v)]
v[np.argsort(-v)[:2]]|v[np.argsort(v)[::-1]]|v[v.argmax()]|f[f.argmax(axis=0)]|f[np.arange(f.shape[0]), 0]
f[np.arange(f.shape[0])]|f[np.arange(f.shape[0])[:, None], [0]]|f[np.where(f[:, 0] > 0)]|f[np.where(f > 0)]
f[np.nonzero(f)]|f[np.where(f > 0)[0]]|f[np.ix_([0], [0])]|f[slice(0, 1)]|f[slice(None), 0]|f[slice(None, None, 2)]
f[(slice(0, 1), 0)]|f[np.s_[0:1]]|f[np.s_[:, 0]]|f[None, [0]]|f[[0], None]|f[0, [0]]|f[[0], ..., 0]|f[0, :, [0]]
f[[True]]|f[True]|f[np.True_]|f[()]|f[...]|f[np.int64(0)]|f[np.uint8(0)]|f[k, k]|f[k, 0]|f[:, k]|f[k][0]|f[p & p]
f[np.logical_not(p)]|f[p][:1]|f[i, j]|f[np.unravel_index(f.argmax(), f.shape)]|f[tuple([0])]|f[list(f.shape)]
np.where(p, f, 0)|np.where(p, f, f)|np.where(p, 0, f)|np.where(p, 1.0, f)|np.where(f > 0, f, 0.0)|np.where(p, v[0], 0)
np.where(p, "a", "b")|np.where(p, -1, 1)|np.where(p, np.nan, f)|np.where(p, np.float32(1), np.float32(0))
np.where(p, f, np.inf)|np.where(p)|np.where(p)[0]|np.where(v > 0)[0]|np.where(p, None, f)|np.where(p, True, False)
np.where(p, 1, 0).astype(np.int32)|np.where(True, f, f)|np.where(p, f, -f)|np.where(p, f.astype(np.float32), 0.0)
np.where(p, f.astype(np.int32), 0)|np.where(v[0] > 0, v, 0)|np.nonzero(p)|np.nonzero(v)[0]|p.nonzero()|np.flatnonzero(p)
np.argwhere(p)|np.argwhere(p)[:, 0]|np.argwhere(v)|np.take(f, 0)|np.take(f, [0])|np.take(f, k)|np.take(f, k, axis=0)
np.take(f, 0, axis=-1)|np.take(f, [0, 0], -1)|f.take(k)|f.take([0], axis=0)|f.take(k, 0)|np.take(f, [[0, 0]], axis=0)
np.take(v, np.argsort(v))|np.take([1.0, 2.0], k)|np.take(f, k, mode="clip")
np.take_along_axis(f, np.argsort(f, axis=-1), axis=-1)|np.take_along_axis(f, k, axis=0)
np.take_along_axis(f, np.argmax(f, axis=-1)[..., None], -1)|np.take_along_axis(f, np.argsort(f, -1)[..., :1], axis=-1)
np.take_along_axis(v, np.argsort(v), 0)|np.take_along_axis(f, k.ravel(), None)
np.put_along_axis(f, np.argsort(f, -1), 0, -1)|np.choose(k, [f, f])|np.choose(k, [0, 1])|np.choose(k, (1.5, 2.5))
k.choose([0, 1])|np.select([p], [f])|np.select([p, p], [f, f], default=0)|np.select([p], [1], 0)
np.select([p, p], [1.0, 2.0], default=np.nan)|np.select([p], ["a"], "b")|np.compress([True], f, axis=0)
np.compress(v > 0, v)|f.compress([True])|np.extract(p, f)|np.extract(f > 0, f)|np.put(f, 0, 1)|np.place(f, p, 0)
np.putmask(f, p, 0)|np.copyto(f, 0)|np.fill_diagonal(m, 0)|f.put([0], 1)|np.unravel_index(0, (2, 3))
np.unravel_index(k, (2, 3))|np.unravel_index(f.argmax(), f.shape)|np.ravel_multi_index((k, k), (2, 3))
np.ravel_multi_index((0, 1), (2, 3))|np.mask_indices(2, np.triu)|np.digitize(v, [0, 1, 2])|np.digitize(f, [1, 2])
np.digitize(f, bins=v)|np.digitize(1.5, [1, 2])|np.digitize(v, v, right=True)
""",
    "search": """
np.sort(f)|np.sort(f, axis=0)|np.sort(f, axis=None)|np.sort(f)[..., ::-1]|f.sort()|np.argsort(f)|np.argsort(f, axis=0)
np.argsort(f, axis=None)|np.argsort(-f, axis=-1)|np.argsort(f, kind="stable")|f.argsort(-1)|np.argsort(f)[..., ::-1]
np.argsort(v)[-2:]|np.argsort(v)[::-1][:3]|np.argsort(-f, axis=1)[:, :2]|np.argpartition(f, 0)
np.argpartition(f, 0, axis=0)|np.argpartition(v, -1)[-1:]|f.argpartition(0)|np.argpartition(f, 0, axis=None)
np.partition(f, 0)|np.partition(f, -1, axis=-1)|np.partition(f, 0, axis=None)|np.lexsort((v, v))|np.lexsort([v])
np.lexsort((v, v), axis=0)|np.msort(v)|np.sort_complex(v)|np.searchsorted(v, 1)|np.searchsorted(v, w)
np.searchsorted(v, [1, 2])|np.searchsorted(v, f)|np.searchsorted(v, v[0])|np.searchsorted(v, 0.5, side="right")
v.searchsorted(w)|v.searchsorted(1)|np.searchsorted([1, 2], f)|np.searchsorted(v, f.max())
np.searchsorted(np.cumsum(v), w, side="left")|np.unique(f)|np.unique(v)|np.unique([3, 1])
np.unique(v, return_counts=True)|np.unique(v, return_index=True)|np.unique(v, return_inverse=True)
np.unique(f, return_counts=True)|np.unique(f, axis=0)|np.unique(v, True, True, True)
np.unique(v, return_index=True, return_counts=True)|np.unique(v, return_counts=True)[1]
np.unique(v, return_inverse=True)[1]|np.unique(m, axis=0, return_counts=True)|np.unique(f, return_counts=False)
np.unique(v, return_index=True)[0]|np.unique_values(v)|np.unique_counts(v)|np.bincount(k.ravel())
np.bincount(k.ravel(), minlength=3)|np.bincount(v.astype(int))|np.bincount([0, 1], weights=[1.0, 2.0])
np.bincount(k.ravel(), minlength=i)|np.bincount([0, 2])|np.bincount(k.ravel(), k.ravel())
np.bincount(k.ravel(), None, 5)|np.histogram(f)|np.histogram(f, 5)|np.histogram(f, bins=3)
np.histogram(f, bins=4, range=(0, 1))|np.histogram(f, bins=[0, 1, 2])|np.histogram(f, 5, density=True)
np.histogram(f, 4)[0]|np.histogram(v, bins=4, weights=v)|np.histogram(f, "auto")|np.histogram(f, bins=v)
np.histogram2d(v, v)|np.histogram2d(v, v, 4)|np.histogram2d(v, v, bins=[2, 3])|np.histogramdd(m, 2)
np.histogram_bin_edges(v, 4)|np.histogram_bin_edges(f)|np.isin(f, [1, 2])|np.isin(f, v)|np.isin(1, v)|np.in1d(f, v)
np.isin(v, [0], invert=True)|np.intersect1d(v, w)|np.intersect1d(v, v)|np.union1d(v, w)|np.setdiff1d(v, w)
np.setxor1d(v, w)|np.union1d(f, f)|np.intersect1d(v, w, return_indices=True)|np.argmax(f)|np.argmax(f, axis=-1)
np.argmax(f, -1)|f.argmax(-1)|f.argmax(axis=0)|np.argmax(f, axis=1, keepdims=True)|np.argmin(v)|np.nanargmax(v)
np.nanargmin(f, axis=0)|np.argmax(f, axis=-1).astype(np.int32)|np.argmax(v).item()|int(np.argmax(v))|np.count_nonzero(f)
np.count_nonzero(p)|np.count_nonzero(f, axis=0)|np.count_nonzero(f, axis=-1, keepdims=True)|np.count_nonzero(f > 0)
np.count_nonzero(v == 0)|np.count_nonzero([1, 0])|np.count_nonzero(p, 0)|int(np.count_nonzero(p))
""",
    "reduce": """
f.sum()|f.sum(axis=0)|f.sum(axis=-1, keepdims=True)|f.sum(axis=(0, 1))|f.sum(dtype=np.float32)
np.sum(f, axis=-1, dtype=np.float64)|np.sum(f, initial=1)|np.sum(f, where=p)|f.sum(axis=0, where=p)|np.sum(f > 0)
np.sum(f > 0, axis=-1)|np.sum([1, 2])|np.sum([0.5, 1])|np.sum(f, keepdims=True)|np.sum(f, axis=())|np.sum(f, axis=None)
np.prod(f, axis=-1)|np.prod(f.shape)|f.prod()|np.prod(f.shape[1:])|np.prod([1, 2])|np.mean(f, axis=-1, keepdims=True)
f.mean(axis=(0, 1))|f.mean(dtype=np.float32)|np.mean(f, 0)|np.mean(f, dtype=np.float64)|np.mean([1, 2])|np.mean(p)
np.mean(f, where=p)|f.mean(-1)|np.std(f, axis=0, ddof=1)|f.std(-1)|np.std(f, axis=-1, keepdims=True)|np.var(f)
f.var(axis=0)|f.var(dtype=np.float64)|np.max(f)|np.max(f, axis=-1, keepdims=True)|f.max(axis=(0, 1))|f.max(initial=0)
np.max(f, initial=0)|np.min(f, initial=5, where=p)|np.max(f, axis=0, initial=0)|f.min(-1)|np.amax(f, 0)
np.amin(f, axis=-1)|f.max(initial=-np.inf)|np.max([1, 2])|np.max([0.5, 2])|np.ptp(f)|np.ptp(f, axis=0)|f.any()
f.any(axis=0)|p.all(-1)|np.any(f > 0, axis=-1, keepdims=True)|np.all(p)|np.any([True])|np.all(f == f)
np.all(p, axis=(0,))|bool(np.any(p))|bool(np.all(f > 0))|np.cumsum(f)|np.cumsum(f, axis=0)|f.cumsum(-1)
np.cumsum(f, dtype=np.float32)|np.cumsum([1, 2])|np.cumsum(f, axis=-1)[..., -1]|np.cumprod(f)|f.cumprod(axis=0)
np.nancumsum(f)|np.median(f)|np.median(f, axis=-1)|np.median(f, axis=0, keepdims=True)|np.median([1, 2])|np.nanmedian(f)
np.average(f)|np.average(f, axis=0)|np.average(v, weights=v)|np.average(f, weights=f)|np.average(f, axis=-1, weights=f)
np.average(f, axis=0, weights=[1] * f.shape[0])|np.average(v, weights=[0.5] * v.size)|np.average(f, returned=True)
np.percentile(f, 50)|np.percentile(f, [5, 95])|np.percentile(f, 50, axis=0)|np.percentile(f, [5, 95], axis=-1)
np.percentile(f, 99, keepdims=True)|np.quantile(f, 0.5)|np.quantile(f, [0.1, 0.9], axis=0)
np.quantile(f, 0.5, axis=-1, keepdims=True)|np.percentile(f, 50, method="nearest")|np.nanpercentile(f, 50)
np.nanquantile(f, 0.5, axis=0)|np.nansum(f)|np.nansum(f, axis=-1)|np.nanmean(f)|np.nanmean(f, axis=0)|np.nanmax(f)
np.nanmin(f, axis=-1)|np.nanstd(f)|np.nanvar(f, axis=0)|np.nanprod(f)|np.trace(m)|m.trace()|np.trace(m, 1)
np.trace(f, axis1=0, axis2=1)|np.trace(m, dtype=np.float64)|np.cov(f)|np.cov(v)|np.cov(m)|np.cov(v, v)
np.cov(m, rowvar=False)|np.corrcoef(v, v)|np.corrcoef(m)|np.corrcoef(v, v)[0, 1]|np.add.reduce(f)
np.add.reduce(f, axis=-1)|np.add.reduce(f, axis=None)|np.add.reduce(f, keepdims=True)|np.maximum.reduce(f)
np.maximum.reduce([f, f])|np.minimum.reduce(f, axis=-1)|np.multiply.reduce(f)|np.logical_and.reduce([p, p])
np.logical_or.reduce(p, axis=0)|np.bitwise_or.reduce(k)|np.logical_and.reduce(f)|np.add.reduce([f, f, f])
np.add.accumulate(f)|np.maximum.accumulate(f)|np.maximum.accumulate(f, axis=-1)|np.multiply.accumulate(v)
np.subtract.outer(v, w)|np.multiply.outer(v, w)|np.equal.outer(v, w)|np.add.outer(f, v)|np.add.outer(1, v)
np.subtract.outer(v, v)|np.less.outer(v, v)|np.maximum.outer(v, w)|np.add.at(f, 0, 1)|np.add.at(v, k, 1)
np.maximum.at(v, k, 1)|np.add.reduceat(v, [0])|np.add.reduceat(f, [0, 0])|np.add.reduceat(f, [0], axis=-1)
np.maximum.reduceat(v, k.ravel())|np.add.nin|np.add.identity|np.logaddexp.reduce(f)|np.hypot.reduce(v)
np.power.outer(v, v)|np.divide.outer(v, v)
""",
    "elements": """
np.add(f, 1)|np.add(f, f)|np.subtract(f, 0.5)|np.multiply(f, 2)|np.divide(f, 255)|np.divide(f, 255.0)|np.divide(f, f)
np.divide(f, f, out=np.zeros_like(f), where=p)|np.divide(1, f)|np.multiply(f, f, dtype=np.float32)|np.add(f, f, out=f)
np.add(f, f, f)|np.sqrt(f, f)|np.divide(f, f, where=p)|np.divide(f, v[0])|np.true_divide(f, 2)|np.floor_divide(f, 2)
np.mod(f, 2)|np.remainder(f, 2)|np.fmod(f, 2)|np.divmod(f, 2)|divmod(f, 2)|np.divmod(f, f)|np.power(f, 2)
np.power(f, 0.5)|np.power(f, f)|np.power(2, f)|np.power(2.0, f)|np.float_power(f, 2)|np.float_power(f, f)
np.maximum(f, 0)|np.maximum(f, 0.0)|np.maximum(f, f)|np.minimum(f, 1)|np.minimum(f, 255)|np.fmax(f, 0)|np.fmin(f, f)
np.maximum(0, f)|np.maximum(f, v[0])|np.maximum(f, 1e-6)|np.maximum(f.sum(axis=-1), 1)
np.maximum(f.sum(axis=-1, keepdims=True), 1e-12)|np.maximum(f.max(), 1)|np.minimum(v.min(), 5)|np.maximum(f.shape[0], 1)
np.maximum(1, 2)|np.maximum(0.5, 2)|np.maximum(f, [1])|np.hypot(f, f)|np.hypot(f, 1)|np.hypot(v, v)|np.arctan2(f, f)
np.arctan2(f, 1.0)|np.logaddexp(f, f)|np.logaddexp2(f, f)|np.copysign(f, 1)|np.copysign(f, f)|np.nextafter(f, f)
np.heaviside(f, 0.5)|np.ldexp(f, 1)|np.gcd(k, 4)|np.lcm(k, k)|np.gcd(f, f)|np.exp(f)|np.exp2(f)|np.expm1(f)|np.log(f)
np.log1p(f)|np.log2(f)|np.log10(f)|np.sqrt(f)|np.cbrt(f)|np.square(f)|np.abs(f)|np.absolute(f)|np.fabs(f)|np.sign(f)
np.negative(f)|np.positive(f)|np.reciprocal(f)|np.rint(f)|np.floor(f)|np.ceil(f)|np.trunc(f)|np.fix(f)|np.round(f)
np.round(f, 2)|np.round(f).astype(int)|f.round()|f.round(2)|np.around(f, decimals=1)|np.round(v[0], 2)
np.round(1.234, 2)|round(v[0], 2)|np.sin(f)|np.cos(f)|np.tan(f)|np.arcsin(f)|np.arctan(f)|np.sinh(f)|np.tanh(f)
np.sinc(f)|np.deg2rad(f)|np.degrees(f)|np.radians(f)|np.isnan(f)|np.isinf(f)|np.isfinite(f)|np.isnan(f).any()
np.isnan(v[0])|np.isnan(1.5)|np.signbit(f)|np.isneginf(f)|np.isposinf(f)|np.iscomplex(f)|np.isreal(f)|np.iscomplexobj(f)
np.isrealobj(f)|np.isscalar(f)|np.logical_and(f, f)|np.logical_and(p, True)|np.logical_or(p, p)|np.logical_xor(p, f)
np.logical_not(p)|np.logical_and(f > 0, f < 1)|np.equal(f, 0)|np.not_equal(f, f)|np.less(f, 1.5)|np.greater_equal(f, f)
np.bitwise_and(k, 1)|np.bitwise_or(k, k)|np.bitwise_xor(k, 1)|np.invert(k)|np.bitwise_not(p)|np.left_shift(k, 1)
np.right_shift(k, 1)|np.bitwise_count(k)|np.modf(f)|np.frexp(f)|np.spacing(f)|np.angle(f)|np.real(f)|np.imag(f)|f.real
f.imag|np.conj(f)|f.conj()|np.conjugate(f)|np.clip(f, 0, 1)|np.clip(f, 0, 255)|np.clip(f, 0.0, 1.0)|np.clip(f, None, 1)
np.clip(f, 0, None)|f.clip(0)|f.clip(0, 1)|f.clip(max=1)|f.clip(0, 255).astype(np.uint8)|np.clip(f, f, f)
np.clip(f, 0, f)|np.clip(v[0], 0, 1)|np.clip(1.5, 0, 1)|np.clip(f, v[0], v[0])|np.clip(f, 1e-7, 1 - 1e-7)
np.clip(f, -1, np.inf)|np.clip(f - f, 0, None)|np.clip(f, 0, 1, out=f)|np.clip(i, 0, 5)|np.clip(f.max(), 0, 1)
np.nan_to_num(f)|np.nan_to_num(f, nan=0.0)|np.nan_to_num(1.5)|np.interp(f, [0, 1], [0.0, 1.0])|np.interp(v, v, v)
np.interp(0.5, [0, 1], [0, 1])|np.interp(v[0], v, v)|np.diff(f)|np.diff(f, axis=0)|np.diff(v, n=2)
np.diff(f, n=1, axis=-1)|np.diff(v, prepend=0)|np.diff(v, prepend=0.0)|np.diff(v, append=v[-1])
np.diff(f, axis=-1, append=f[..., -1:])|np.diff(f, axis=0, prepend=f[:1])|np.diff(f, n=i)|np.diff([1, 2, 4])
np.diff(p, axis=0)|np.diff(v, append=v[-1:])|np.diff(np.sign(v))|np.ediff1d(v)|np.ediff1d(f)|np.gradient(v)
np.gradient(f, axis=0)|np.gradient(m)|np.gradient(v, 2.0)|np.gradient(f.astype(np.float32), axis=-1)|np.convolve(v, w)
np.convolve(v, w, "same")|np.convolve(v, w, mode="valid")|np.convolve(v, np.ones(2) / 2, mode="same")
np.convolve(v, [1.0, 2.0], "valid")|np.correlate(v, w)|np.correlate(v, v, "full")|np.trapezoid(v)|np.trapz(v)
np.trapz(f, axis=-1)|np.trapz(v, v)|np.trapz(f, dx=0.5, axis=0)|np.unwrap(v)|np.unwrap(f, axis=-1)|np.polyfit(v, v, 1)
np.polyval([1, 2], f)|np.polyval(v, v)|np.polyval([1.0, 2.0], 3)|np.poly1d([1, 2])|np.roots([1, -1])
np.polyadd([1], [2])|np.polynomial.polynomial.polyval(v, [1, 2])|np.isclose(f, f)|np.isclose(f, 1.0, atol=1e-3)
np.isclose(v[0], 0)|np.allclose(f, f)|np.array_equal(f, f)|np.array_equiv(f, 1)|np.piecewise(f, [p], [0, 1])
np.apply_along_axis(np.sum, -1, f)|np.apply_over_axes(np.sum, f, 0)|np.vectorize(abs)(f)|np.i0(f)|np.heaviside(f, f)
f + 1|f * 0.5|f / 2|f // 2|f ** 2|f % 2|1 / f|-f|f > 0|f == 1|f != f|(f > 0) & (f < 1)|~p|p | p|f @ f|m @ m|m @ v|abs(f)
f + v[0]|f * f.max()|f / f.sum()|f - f.mean()|f / np.linalg.norm(f)|f / f.shape[0]|f * np.float32(2)|f + np.int64(1)
f / np.sqrt(2)|f * np.pi|f / np.float64(2)|f.mean() / 2|f.sum() + 1|f.max() - f.min()|f.sum() > 0|f.mean() ** 2
v[0] * v[0]|v[0] / 2|v[0] ** 2|v[0] // 2|v[0] == 1|-v[0]|v[0] + 1.5|1 - v[0]|v[0] * 2|2 * v[0]|v[0] > 0.5|abs(v[0])
float(v[0])|int(v[0])|bool(v[0])|f.sum() * 0.5
""",
    "algebra": """
np.dot(m, m)|np.dot(v, v)|np.dot(m, v)|m.dot(v)|np.dot(f, 2)|np.dot(2.0, f)|np.dot(f, f)|np.dot(v, w)|np.matmul(m, m)
np.matmul(m, v)|np.matmul(m, m.T)|np.vdot(v, v)|np.vdot(m, m)|np.vdot(f, f)|np.inner(v, v)|np.inner(m, m)|np.inner(m, v)
np.inner(f, f)|np.inner(f, 2)|np.inner(v, w)|np.outer(v, w)|np.outer(f, f)|np.outer(v, [1, 2])|np.outer(1, v)
np.tensordot(m, m)|np.tensordot(m, m, axes=1)|np.tensordot(m, m, 2)|np.tensordot(f, f, axes=0)
np.tensordot(m, v, axes=([1], [0]))|np.tensordot(m, m, axes=((0,), (1,)))|np.tensordot(m, v, axes=(1, 0))
np.tensordot(f, f, 1)|np.kron(v, w)|np.kron(m, m)|np.kron(f, v)|np.kron(m, np.ones((2, 2)))
np.cross([1, 2, 3], [4, 5, 6])|np.cross(v, v)|np.cross(np.ones((4, 3)), np.ones((4, 3)))|np.cross(f, f)
np.einsum("ij,jk->ik", m, m)|np.einsum("ij,j->i", m, v)|np.einsum("ii->i", m)|np.einsum("i,i->", v, v)
np.einsum("ij->ji", m)|np.einsum("ij,jk", m, m)|np.einsum("i,j->ij", v, w)|np.einsum("ij->", m)
np.einsum("...i->...", f)|np.einsum("...ij,...jk->...ik", m, m)|np.einsum("ii", m)|np.einsum("i,i", v, v)
np.einsum("ij,ij->i", m, m)|np.einsum("bi,bi->b", f, f)|np.einsum("...i,...i->...", f, f)|np.einsum("ij->j", f)
np.einsum("bij,bjk->bik", m, m)|np.einsum("ij", m)|np.einsum("...i,i->...", f, v)
np.einsum("ij,jk->ik", m, m, optimize=True)|np.einsum("i,i->", v, v).item()|np.einsum("ij,kj->ik", f, f)
np.linalg.norm(f)|np.linalg.norm(f, axis=-1)|np.linalg.norm(f, axis=-1, keepdims=True)|np.linalg.norm(v, 2)
np.linalg.norm(v, ord=1)|np.linalg.norm(v, np.inf)|np.linalg.norm(f, ord=1, axis=-1)|np.linalg.norm(m, "fro")
np.linalg.norm(f, axis=(0, 1))|np.linalg.norm([3, 4])|np.linalg.norm(f, 2, -1)
np.linalg.norm(f, 2, axis=1, keepdims=True)|np.linalg.norm(v - v)|np.linalg.norm(m, 2)|np.linalg.norm(f, keepdims=True)
np.linalg.norm(v, 0)|np.linalg.norm(v, 3)|np.linalg.norm(v) + 1e-6|max(np.linalg.norm(v), 1e-6)
np.linalg.norm(f, ord=np.inf, axis=0)|np.linalg.inv(m)|np.linalg.pinv(m)|np.linalg.det(m)|np.linalg.slogdet(m)
np.linalg.solve(m, v)|np.linalg.solve(m, m)|np.linalg.solve(m, np.eye(2))|np.linalg.solve(m, m[..., :1])
np.linalg.lstsq(m, v, rcond=None)|np.linalg.lstsq(m, m, rcond=None)[0]|np.linalg.lstsq(m, v, rcond=None)[0]
np.linalg.eig(m)|np.linalg.eigh(m)|np.linalg.eigvals(m)|np.linalg.eigvalsh(m)|np.linalg.eigh(m)[0]|np.linalg.svd(m)
np.linalg.svd(f)|np.linalg.svd(m, full_matrices=False)|np.linalg.svd(f, full_matrices=False)[0]
np.linalg.svd(m, compute_uv=False)|np.linalg.svd(f, False)|np.linalg.qr(m)|np.linalg.qr(f)|np.linalg.qr(m, mode="r")
np.linalg.qr(f, "complete")|np.linalg.cholesky(m)|np.linalg.matrix_rank(m)|np.linalg.matrix_power(m, 2)
np.linalg.matrix_power(m, -1)|np.linalg.cond(m)|np.linalg.multi_dot([m, m, m])|np.linalg.multi_dot([m, v])
np.linalg.tensorsolve(m, v)|np.linalg.matrix_norm(m)|np.linalg.vector_norm(f, axis=-1)|np.linalg.trace(m)
np.linalg.cross([1, 2, 3], [1, 2, 3])|np.fft.fft(v)|np.fft.fft(f, axis=0)|np.fft.fft(v, 8)|np.fft.fft(v, n=i)
np.fft.ifft(v)|np.fft.rfft(v)|np.fft.rfft(f, axis=-1)|np.fft.rfft(v, n=8)|np.fft.rfft(f, 4, 0)|np.fft.irfft(v)
np.fft.irfft(f, n=4)|np.fft.irfft(np.fft.rfft(v), n=v.shape[0])|np.abs(np.fft.rfft(f))|np.abs(np.fft.fft(v)) ** 2
np.fft.rfft(v).real|np.fft.fft2(m)|np.fft.ifft2(m)|np.fft.fftn(f)|np.fft.ifftn(f)|np.fft.rfft2(m)|np.fft.irfft2(m)
np.fft.rfftn(f)|np.fft.hfft(v)|np.fft.fftfreq(4)|np.fft.fftfreq(4, d=0.1)|np.fft.rfftfreq(4)|np.fft.rfftfreq(5, 0.5)
np.fft.rfftfreq(i)|np.fft.fftfreq(v.size)|np.fft.fftshift(f)|np.fft.ifftshift(f, axes=0)|np.fft.fftshift(np.fft.fft2(m))
np.fft.rfft(f, axis=-1).astype(np.complex64)|np.angle(np.fft.rfft(f))|np.log(np.abs(np.fft.rfft(v)) + 1)
np.abs(np.fft.rfft(f, axis=-1)).astype(np.float32)|np.fft.rfft(f, axis=-1).shape[-1]
""",
    "bits": """
np.packbits(p)|np.packbits(p, axis=-1)|np.packbits(p, axis=0, bitorder="little")|np.packbits(f)
np.unpackbits(k.astype(np.uint8))|np.unpackbits(k.astype(np.uint8), axis=-1)
np.unpackbits(k.astype(np.uint8), axis=-1, count=4)|np.unpackbits(f)|np.unpackbits(v, axis=0)|f.view(np.uint8)
f.view("uint8")|f.view(np.float32)|f.view(np.int64)|f.view(np.uint16)|f.view(dtype=np.int32)|v.view(np.uint8)
v.view(np.float64)|f.astype(np.float32).view(np.uint32)|f.astype(np.uint8).view(np.bool_)
f.astype(np.float32).view(np.uint8)|f.view()|f.tobytes()|f.tobytes("F")|f.byteswap()|f.newbyteorder()|np.binary_repr(3)
np.base_repr(5)|f.astype(">f4")|f.astype("<i8")|f.astype(np.float32, copy=False)|f.astype(np.uint8, casting="unsafe")
f.astype(f.dtype)|f.astype("f")|f.astype(bool)|f.astype(np.half)|f.astype(str)|f.astype("S4")|f.astype("U")
f.astype(np.longlong)|f.astype(np.intp)|f.astype(complex)|f.astype(object)|np.dtype(np.float32)|np.dtype("f4").itemsize
np.dtype(np.float32).name|np.dtype("float32").kind|np.dtype(np.int64).itemsize|np.dtype(float)|f.dtype.name|f.dtype.kind
f.dtype.itemsize|f.dtype.char|f.dtype.str|f.dtype.type|f.dtype.type(1)|f.dtype.newbyteorder()|f.dtype.byteorder
f.dtype.num|f.dtype.names|f.dtype.fields|f.dtype.shape|f.dtype.isnative|f.dtype.hasobject|f.dtype.alignment
f.dtype == np.float32|f.dtype in (np.float32, np.float64)|str(f.dtype)|np.finfo(np.float32)|np.finfo(np.float32).max
np.finfo(np.float32).eps|np.finfo(f.dtype).min|np.finfo(np.float64).tiny|np.finfo(float).eps|np.finfo(np.float16).bits
np.finfo("float32").resolution|np.iinfo(np.int32)|np.iinfo(np.int32).max|np.iinfo(np.uint8).min|np.iinfo("int64").max
np.iinfo(f.dtype).max|np.iinfo(np.int64).bits|np.finfo(np.float32).dtype|np.result_type(np.float32, np.int8)
np.result_type(f, f)|np.result_type(f, np.float32)|np.promote_types("f4", "i8")|np.promote_types(np.int8, np.uint8)
np.can_cast(np.int8, np.float32)|np.can_cast("f8", "f4", "same_kind")|np.min_scalar_type(5)|np.common_type(f)
np.issubdtype(f.dtype, np.floating)|np.issubdtype(f.dtype, np.integer)|np.isdtype(f.dtype, "integral")
np.shares_memory(f, f)|np.may_share_memory(f, f)|np.dtype([("x", "f4"), ("y", "i4")])
np.zeros(3, dtype=[("x", "f4"), ("y", "i4")])|np.zeros(3, dtype=[("x", "f4"), ("y", "i4")])["x"]
np.zeros(3, dtype="f4,i4")|np.array([(1, 2.0)], dtype="i4,f4")
np.zeros(2, dtype={"names": ["a"], "formats": ["f4"]})["a"]
np.array([(1, 2.0)], dtype=[("x", "f4"), ("y", "i4")])["y"].astype(np.int64)
np.zeros(3, dtype=np.dtype([("x", "f4", (2,))]))["x"]|np.datetime64("2020-01-01")|np.timedelta64(1, "D")
np.array(["2020-01-01"], dtype="datetime64[D]")|np.arange("2020-01-01", "2020-01-03", dtype="datetime64[D]")
np.array2string(v)|np.array_repr(v)|np.array_str(v)|np.format_float_positional(1.5)|np.format_float_scientific(1.5)
repr(v)|str(v)|v.tolist()|f.tolist()|v[0].item()|v[0].tolist()|f.item(0)|v.item(-1)|m.item(0, 0)|f.__len__|f.tolist()[0]
f.max().item()|f.sum().tolist()|f.max().astype(np.float32)|f.mean().round(2)|f.max().dtype|f.max().shape
f.max().reshape(1)|f.max().reshape(1, 1)|f.max()[None]|f.max()[...]|f.max()[()]|v[0].dtype|v[0].ndim|v[0].size|v[0].T
v[0].copy()|v[0].sum()|v[0].max()|v[0].tobytes()|v[0].real|v[0].is_integer()|v[0].astype(int)|v[0].reshape(-1)
v[0].flatten()|v[0].ravel()|v[0].squeeze()|v[0].clip(0, 1)|v[0].round()|v[0].view(np.uint8)|v[0].any()|np.save
np.ndarray((2, 3))|np.ndarray((2, 3), dtype=np.float32)|np.ndarray(shape=(2,), dtype="u1", buffer=b"ab")
np.ma.masked_array(v, v > 0)|np.ma.masked_where(v > 0, v)|np.iterable(f)|np.isfortran(f)|f.flags.writeable
f.flags["C_CONTIGUOUS"]|f.flags.c_contiguous|f.ctypes|f.setflags(write=False)|f.resize(3)|f.fill(1)
np.errstate(all="ignore")|np.seterr(all="ignore")|np.geterr()|np.set_printoptions(precision=3)|np.nditer(f)
np.ndenumerate(f)|np.ndindex(2, 3)|np.ndindex(f.shape)|np.broadcast(f, f).shape
""",
    "text": """
np.char.upper(t)|np.char.lower(t)|np.char.strip(t)|np.char.lstrip(t)|np.char.title(t)|np.char.capitalize(t)
np.char.swapcase(t)|np.char.replace(t, "a", "b")|np.char.add(t, t)|np.char.add(t, "x")|np.char.add("x", t)
np.char.multiply(t, 2)|np.char.center(t, 5)|np.char.ljust(t, 5)|np.char.rjust(t, 5, "*")|np.char.zfill(t, 5)
np.char.encode(t)|np.char.encode(t, "utf-8")|np.char.decode(y)|np.char.decode(y, "utf-8")|np.char.split(t)
np.char.split(t, ",")|np.char.rsplit(t)|np.char.splitlines(t)|np.char.join("-", t)|np.char.partition(t, "a")
np.char.rpartition(t, "a")|np.char.find(t, "a")|np.char.rfind(t, "a")|np.char.count(t, "a")|np.char.index(t, "a")
np.char.startswith(t, "a")|np.char.endswith(t, "a")|np.char.isalpha(t)|np.char.isdigit(t)|np.char.isnumeric(t)
np.char.isspace(t)|np.char.islower(t)|np.char.isupper(t)|np.char.isalnum(t)|np.char.isdecimal(t)|np.char.istitle(t)
np.char.str_len(t)|np.char.equal(t, t)|np.char.not_equal(t, "a")|np.char.greater(t, t)|np.char.less(t, "b")
np.char.compare_chararrays(t, t, "==", True)|np.char.mod("%d", k)|np.char.mod("%s", t)|np.char.expandtabs(t)
np.char.translate(t, {97: 98})|np.char.array(t)|np.char.asarray(t)|np.char.upper(y)|np.char.strip(y)|np.char.str_len(y)
np.char.startswith(y, b"a")|np.char.add(y, b"x")|np.char.upper("abc")|np.char.decode(b"a")|np.char.encode(["a", "b"])
np.char.upper(["a", "b"])|np.strings.upper(t)|np.strings.str_len(t)|np.char.decode(y).astype(object)
np.char.encode(t).astype(np.object_)|np.char.lower(t.astype(str))|t == "a"|t == t|t != "b"|t < "b"|y == b"a"|t[t == "a"]
np.unique(t)|np.sort(t)|np.argsort(t)|np.isin(t, ["a"])|np.where(t == "a", 1, 0)|t.astype(object)|t.astype("S")
y.astype(str)|y.astype("U")|t.tolist()|t.reshape(-1)|t.ravel()[0]|np.concatenate([t, t])|np.stack([t, t])
np.array([t, t])|np.unique(t, return_counts=True)|t.astype("U5")|t.view(np.chararray)|np.full(3, "abc")
np.full((2, 2), b"a", dtype=object)|np.array(["a", "b"]) == "a"|np.array(["a", "bc"])|np.array([b"a"], dtype=object)
np.zeros(3, dtype=object)|np.array(["1", "2"]).astype(np.float32)|np.array(["1.5"], dtype=np.float64)
np.zeros(2, dtype="S10")|np.empty((2, 3), dtype=object)|np.empty(3, dtype=str)|np.ones(2, dtype="U3")
""",
    "random": """
np.random.rand(2, 3)|np.random.rand(3)|np.random.randn(2, i)|np.random.randn(1, 3, 2)|np.random.random((2, 3))
np.random.random()|np.random.random_sample(3)|np.random.sample((2,))|np.random.randint(5)|np.random.randint(0, 5, 3)
np.random.randint(0, 5, size=(2, 3))|np.random.randint(0, 256, (2, 3), dtype=np.uint8)|np.random.randint([3, 4])
np.random.uniform()|np.random.uniform(0, 1, 3)|np.random.uniform(size=(2, 3))|np.random.uniform(0, v + 1)
np.random.normal(0, 1, (2, 3))|np.random.normal(v, 1)|np.random.normal(loc=0.0, scale=1.0, size=3)
np.random.standard_normal((2, 3))|np.random.standard_normal()|np.random.exponential(1.0, 3)|np.random.exponential()
np.random.poisson(3, 4)|np.random.poisson(3)|np.random.poisson(lam=3.0, size=(2, 3))|np.random.binomial(5, 0.5, 3)
np.random.binomial(5, 0.5)|np.random.beta(1, 2, 3)|np.random.gamma(1.0, 2.0, (2, 3))|np.random.gamma(2.0)
np.random.dirichlet([1.0, 2.0])|np.random.dirichlet([1, 1, 1], 5)|np.random.multinomial(3, [0.5, 0.5])
np.random.multinomial(3, [0.5, 0.5], size=4)|np.random.multivariate_normal([0, 0], [[1, 0], [0, 1]])
np.random.multivariate_normal([0, 0], [[1, 0], [0, 1]], 5)|np.random.choice(5)|np.random.choice(5, 3)
np.random.choice(5, size=(2, 3))|np.random.choice(v)|np.random.choice(v, 3)|np.random.choice(v, 2, True)
np.random.choice([1, 2], 3)|np.random.choice(5, 3, replace=False)|np.random.choice(5, p=[0.2] * 5)
np.random.choice(["a", "b"], 3)|np.random.choice(v, size=None)|np.random.permutation(5)|np.random.permutation(v)
np.random.permutation(m)|np.random.shuffle(v)|np.random.seed(0)|np.random.RandomState(0)
np.random.RandomState(0).rand(3)|np.random.RandomState(1).randn(2, 3)|np.random.RandomState(0).randint(0, 5, 3)
np.random.RandomState(0).uniform(0, 1, (2, 3))|np.random.RandomState(0).choice(5, 2)|np.random.default_rng()
np.random.default_rng(0).random(3)|np.random.default_rng(0).random((2, 3), dtype=np.float32)
np.random.default_rng(0).random()|np.random.default_rng(0).integers(5)|np.random.default_rng(0).integers(0, 5, 3)
np.random.default_rng(0).integers(0, 5, size=(2, 3), dtype=np.int32)|np.random.default_rng(0).normal(size=3)
np.random.default_rng(0).normal(0, 1, (2, 3))|np.random.default_rng(0).normal()
np.random.default_rng(0).standard_normal((2, 3), dtype=np.float32)|np.random.default_rng(0).standard_normal(3)
np.random.default_rng(0).uniform(0, 1, 3)|np.random.default_rng(0).uniform()|np.random.default_rng(0).choice(5)
np.random.default_rng(0).choice(v, 3)|np.random.default_rng(0).choice(5, size=(2, 2))
np.random.default_rng(0).choice(m, 2)|np.random.default_rng(0).choice(m, 2, axis=1)
np.random.default_rng(0).permutation(5)|np.random.default_rng(0).permutation(m)|np.random.default_rng(0).shuffle(v)
np.random.default_rng(0).permuted(m)|np.random.default_rng(0).poisson(3, 4)|np.random.default_rng(0).exponential(size=3)
np.random.default_rng(0).binomial(5, 0.5, 3)|np.random.default_rng(0).gumbel(size=(2, 3))
np.random.default_rng(0).laplace(size=3)|np.random.default_rng(0).dirichlet([1, 2])
np.random.default_rng(0).multinomial(3, [0.5, 0.5])|np.random.default_rng(0).beta(1, 2)
np.random.default_rng(0).standard_exponential(3)|np.random.default_rng(0).bytes(3)|np.random.bytes(4)
np.random.gumbel(size=3)|np.random.laplace(0, 1, 3)|np.random.logistic(size=2)|np.random.lognormal(0, 1, 3)
np.random.geometric(0.5, 3)|np.random.Generator(np.random.PCG64(0))|np.random.Generator(np.random.PCG64(0)).random(3)
np.random.get_state()|np.random.triangular(0, 1, 2, 3)|np.random.weibull(1.0, 3)|np.random.standard_t(3, 4)
""",
}
CATALOGUE = [
    text.replace("\0", "|")
    for block in CALLS.values()
    for line in block.strip().splitlines()
    for text in line.replace(" | ", " \0 ").split("|")
]


SHAPES = {
    "f": ((3,), (2, 3), (1, 4), (4, 1), (2, 2), (2, 3, 4), (1, 1, 2), (2, 1, 3), (), (0,), (0, 3), (1,)),
    "m": ((2, 2), (3, 3), (1, 1), (2, 2, 2), (1, 3, 3)),
    "v": ((1,), (2,), (3,), (5,)),
    "w": ((1,), (2,), (4,)),
    "k": ((), (1,), (2,), (2, 3)),
    "t": ((2,), (1, 3), (0,), ()),
    "y": ((2,), (1, 3), (0,), ()),
}
"""Numbers of any shape, matrices, two vectors, places, texts, bytes; ``p`` is a mask of the shape of ``f``."""
TURNS = 12


def partly(draw: random.Random, made: Any) -> Any:
    """What may be known of an array. A length that is not known counts as not 0."""
    known = abstract(made)
    if 0 in made.shape:
        return known
    forget = draw.randrange(7)
    if forget == 0:
        return Array(known.dtype, None, known.of)
    if forget == 1:
        return Array(known.dtype, tuple(draw.choice((n, None)) for n in made.shape), known.of)
    return Array(None, known.shape, None) if forget == 2 else known


def array(draw: random.Random, name: str) -> Any:
    """A real array for one of the names in a call."""
    shape = draw.choice(SHAPES[name])
    if name in "ty":
        return np.full(shape, "a", dtype="U1" if name == "t" else "S1")
    if name == "k":
        return np.zeros(shape, dtype="int64")
    made: Any = np.ones(()) if not shape else np.eye(*shape[-2:]) if len(shape) > 1 else np.arange(1, 1 + shape[0])
    return np.broadcast_to(made, shape).astype(draw.choice(draw.choice((COMMON, NUMBERS))))


def world(draw: random.Random, names: set[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the names in a call are, and what is known of that."""
    real = {name: array(draw, name) for name in sorted(names & SHAPES.keys())}
    if "p" in names:
        real["p"] = np.resize([True, False], real["f"].shape if "f" in real else (3,))
    known = {name: partly(draw, value) for name, value in real.items()}
    for name in sorted(names & {"i", "j"}):
        real[name] = draw.randint(-1, 3)
        known[name] = draw.choice((real[name], Unknown("int")))
    return real, known


@pytest.mark.parametrize("text", CATALOGUE)
def test_call(text: str) -> None:
    names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    draw = random.Random(text)
    for _ in range(TURNS):
        real, known = world(draw, names)
        try:
            found, outcome = both(text, real, known)
        except OutOfReachError:
            continue
        judge(text, found, outcome, known)


def test_most_calls_are_known() -> None:
    """Of a call with whole arrays the rehearsal says something in nearly all cases."""
    draw = random.Random(0)
    silent = []
    for text in CATALOGUE:
        names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        real, _ = world(draw, names)
        try:
            found, outcome = both(text, real, {name: abstract(value) for name, value in real.items()})
        except OutOfReachError:
            continue
        if found == UNKNOWN and not isinstance(outcome, Exception):
            silent.append(text)
    assert len(silent) < len(CATALOGUE) * 0.15, silent


OTHER_NAMES = {"arange", "linalg.outer", "linalg.tensordot", "random.ranf", "random.sample", "product", "dtype"}
"""Functions whose signature does not say how they are called, or that take their arrays by position only."""


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - OTHER_NAMES))
def test_signature(name: str) -> None:
    """No argument that NumPy takes is refused."""
    function: Any = np
    for part in name.split("."):
        function = np.random.default_rng(0) if part == "generator" else getattr(function, part, None)
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return  # Another release has it, or it is written in C.
    positional, needed, names, more = signature(FUNCTIONS[name][0])
    assert more or {one.name for one in parameters} <= names
    assert more or len([one for one in parameters if one.kind is not one.KEYWORD_ONLY]) <= len(positional)
    assert not [one for one in parameters if one.name in needed and one.default is not one.empty]


MADE = {
    "y = np.bincount(x[0].astype(np.int32))": "int64",
    "y = np.unique(x, return_counts=True)[1]": "int64",
    "y, counts = np.unique(x.astype(np.int32), return_counts=True)": "int32",
    "y = np.mgrid[0:4, 0:4]": "int64",
    "rows, y = np.meshgrid(np.arange(4), np.arange(4))": "int64",
    "a, y = np.gradient(x.astype(np.float64))": "float64",
    "y = np.array_split(x.astype(np.float64), 3)[0]": "float64",
    "y = np.linalg.svd(x.astype(np.int32), compute_uv=False)": "float64",
    "y = np.fft.fft(x.astype(np.float64)).real": "float64",
    "y = np.add.reduce(x.astype(np.uint8))": "uint64",
    "y = np.random.default_rng(0).choice(5, size=4)": "int64",
    "y = np.digitize(x, [0.5])": "int64",
    # NumPy 1 and 2 differ, or the values decide.
    "y = np.fft.fft(x).real": None,
    "y = np.linalg.eigvals(x)": None,
    "y = np.floor(x.astype(np.int32))": None,
    "y = np.array([np.count_nonzero(x)])": None,
    "y = np.zeros(4, dtype=[('a', 'f8')])['a']": None,
    "y = np.array([*np.meshgrid(x[0], x[0])])": None,
    "y = np.meshgrid(x[0], x[0]) + [1]": None,
    "y = np.meshgrid(x[0], x[0]).append(1)": None,
}


@pytest.mark.parametrize("body", MADE)
def test_what_becomes_of_an_output(body: str, tmp_path: Path) -> None:
    (tmp_path / "m" / "1").mkdir(parents=True)
    (tmp_path / "m" / "config.pbtxt").write_text(CONFIG)
    (tmp_path / "m" / "1" / "model.py").write_text(
        HEAD
        + f"""\
class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = {ARRAY}
            {body}
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
"""
    )
    (model,) = discover([str(tmp_path / "m")], lambda _path, _folder: False).requested
    facts = ModelFacts(model, Target(release=RELEASE), read_text_file, {})
    (python,) = facts.python
    assert facts.config is not None
    found = rehearse(python, facts.config, facts.effective)
    assert found.ended == "execute"
    assert found.crash is None
    assert not found.raises
    assert next((one.dtype for one in found.mistakes if one.kind == "data-type"), None) == MADE[body]
