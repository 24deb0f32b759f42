"""A header name that is not UTF-8 must not stop a partition: aiokafka cannot read past the record that carries it.

Whoever may write to a topic could otherwise stop its consumer for good: aiokafka raises from within its fetch, again
and again, before any record of the batch reaches us. Its reader of batches is replaced by one that does the same and,
only where a name cannot be decoded, reads the batch once more by aiokafka's own Python reader with such bytes escaped.
"""

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords, _MemoryRecordsPy


class _Name(bytes):
    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        return super().decode(encoding, errors)


class _Buffer(bytearray):
    """Slices of it decode leniently; everything else about it is a bytearray's."""

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return found if isinstance(found, int) else _Name(found)


class _LenientBatch(_DefaultRecordBatchPy):  # type: ignore[misc]  # aiokafka is not typed
    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _Buffer(self._buffer)


class _Batch:
    """A batch of aiokafka's; only its records are read in another way where they must be."""

    def __init__(self, batch: Any, raw: bytes) -> None:
        self._batch, self._raw = batch, raw
        self._records: Iterator[Any] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        try:
            found = list(self._batch)
        except (UnicodeDecodeError, CorruptRecordException):
            found = list(_LenientBatch(self._raw))
        return iter(found)

    def __next__(self) -> Any:
        if self._records is None:
            self._records = iter(self)
        return next(self._records)


class Records:
    """What a fetch brought of one partition, batch by batch."""

    def __init__(self, raw: bytes) -> None:
        self._records, self._slices = MemoryRecords(raw), _MemoryRecordsPy(raw)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)

    def next_batch(self) -> _Batch | None:
        piece = self._slices._next_slice
        batch = self._records.next_batch()
        if batch is None or piece is None:
            return None
        self._slices._cache_next()
        # Before version 2 of the format, records had no headers.
        return _Batch(batch, bytes(piece))


def tolerate() -> None:
    """From now on, for every consumer of this process. Doing it again changes nothing."""
    fetcher.MemoryRecords = Records
