"""The gazetteer's data file: how it is laid out, written and read.

Written by `tools/build_gazetteer.py`, read by `gazetteer`. The file is mapped into memory and read in place: opening
it costs milliseconds, and processes share one copy.

Layout: magic, length of the header (4 bytes, little endian), header (JSON: for each column its offset, length in
bytes and type; the lists of countries, kinds and first-level regions), then the columns, each at a multiple of 8.
A name is found by the 64 bits of the hash of its key alone (`native.words.hash_of`): half a million names make a chance hit
once in 10¹³ look-ups, so the keys themselves need not be kept. Of what names of several words begin with, four bytes are kept:
whoever reads a text word by word needs to know where it is worth reading on.
"""

from __future__ import annotations

import json
import mmap
import sys
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Literal

from watcher.native.names import NameIndex
from watcher.native.words import hash_of
from watcher.text.names import key

_MAGIC = b"WATCHER-ATLAS-3\n"
_ALIGNMENT = 8

ALTERNATE = 1
"""The name is not the one that the place goes by."""
FOREIGN = 2
"""The name belongs to none of the main languages, and is not looked for in texts of those."""
PEOPLE = 4
"""The name is an adjective or a people."""
EXACT = 8
"""The name is an acronym, found only as written."""

_MISSING = 999.0
_HASH_BITS = 64
_BEGINNING_BITS = 32
_IntegerCode = Literal["B", "H", "I", "Q"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A place as the file keeps it. `admin` is its first-level region as `TN.36`, empty if unknown; `number` is the
    id in GeoNames, 0 if it has none; `lat` and `lon` are degrees, None if unknown."""

    name: str
    country: str
    kind: str
    admin: str = ""
    population: int = 0
    number: int = 0
    lat: float | None = None
    lon: float | None = None

    @property
    def id(self) -> str:
        """The place's id, the same in every build: `TN`, `TN:people`, `geonames:2464470`, `US.KY:laurel county`."""
        if self.kind == "country":
            return self.country
        if self.kind == "people":
            return f"{self.country}:people"
        if self.number:
            return f"geonames:{self.number}"
        return f"{self.admin or self.country}:{key(self.name)}"


@dataclass
class Names:
    """Names on their way into the file: parallel columns."""

    keys: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    flags: list[int] = field(default_factory=list)
    beginnings: set[int] = field(default_factory=set)

    def add(self, name: str, row: int, flags: int) -> None:
        self.beginnings.update(hash_of(one) >> _HASH_BITS - _BEGINNING_BITS for one in beginnings_of(name))
        self.keys.append(hash_of(name))
        self.rows.append(row)
        self.flags.append(flags)


def beginnings_of(name: str) -> Iterator[str]:
    """Yield what a key of several words begins with: its first word, its first two and so on."""
    return accumulate(name.split(" ")[:-1], "{} {}".format)


class Atlas:
    """The open data file."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self._map[: len(_MAGIC)] != _MAGIC:
            raise ValueError(f"{path} is not a gazetteer file of this version")
        start = len(_MAGIC) + 4
        size = int.from_bytes(self._map[len(_MAGIC) : start], "little")
        header = json.loads(self._map[start : start + size])
        self._countries: list[str] = header["countries"]
        self._kinds: list[str] = header["kinds"]
        self.kinds = frozenset(self._kinds)
        self._admins: list[str] = header["admins"]
        self.peoples: frozenset[str] = frozenset(header["peoples"])
        """The keys of all adjectives and peoples that are one word."""
        self.capitals: frozenset[int] = frozenset(header["capitals"])
        """The rows of the capitals of countries."""
        columns: dict[str, tuple[int, int, _IntegerCode]] = header["columns"]
        whole = {
            name: self._integers(*where) for name, where in columns.items() if name not in ("lat", "lon")
        }
        self._keys, self._rows, self._flags = whole["keys"], whole["rows"], whole["flags"]
        self._country, self._kind, self._admin = whole["country"], whole["kind"], whole["admin"]
        self.names = NameIndex(self._keys, self._flags, whole["beginnings"], self._rows, self._country)
        """Finds names by their hashes."""
        self._population, self._number = whole["population"], whole["number"]
        self._name_ends, self._name_bytes = whole["name_ends"], whole["name_bytes"]
        self._lat, self._lon = self._floats(*columns["lat"]), self._floats(*columns["lon"])

    def __len__(self) -> int:
        return len(self._country)

    def rows_named(self, name: str) -> list[tuple[int, int]]:
        """Give the rows of the places with a key, most prominent first, each with the flags of the name."""
        at = self.names.find(name)
        if at is None:
            return []
        wanted, keys, found = self._keys[at], self._keys, []
        while at < len(keys) and keys[at] == wanted:
            found.append((self._rows[at], self._flags[at]))
            at += 1
        return found

    def countries_named(self, name: str, without: int = 0) -> frozenset[str]:
        """Give the countries of the places with a key, leaving out names that have certain flags."""
        return frozenset(map(self._countries.__getitem__, self.names.countries(name, without)))

    def gist(self, index: int) -> tuple[str, str, str, int]:
        """Give country, kind, first-level region and population of a place, at a small part of the cost of `row`."""
        return (
            self._countries[self._country[index]],
            self._kinds[self._kind[index]],
            self._admins[self._admin[index]],
            self._population[index],
        )

    def row(self, index: int) -> Row:
        """Give one place."""
        begin = self._name_ends[index - 1] if index else 0
        lat, lon = self._lat[index], self._lon[index]
        return Row(
            name=bytes(self._name_bytes[begin : self._name_ends[index]]).decode(),
            country=self._countries[self._country[index]],
            kind=self._kinds[self._kind[index]],
            admin=self._admins[self._admin[index]],
            population=self._population[index],
            number=self._number[index],
            lat=None if lat == _MISSING else round(lat, 5),
            lon=None if lon == _MISSING else round(lon, 5),
        )

    def rows_of_countries(self) -> list[int]:
        """Give the rows of all countries."""
        kind = self._kinds.index("country")
        return [index for index, found in enumerate(self._kind) if found == kind]

    def row_of_id(self, place_id: str) -> int | None:
        """Give the row of a place by its id, None when there is none: a scan, for the few ids that rules name."""
        source, _, number = place_id.partition(":")
        if source == "geonames" and number.isdigit():
            wanted = int(number)
            return next((index for index, found in enumerate(self._number) if found == wanted), None)
        return self._few.get(place_id)

    @cached_property
    def _few(self) -> dict[str, int]:
        """The rows of all that is no city, by id: some thousands."""
        city = self._kinds.index("city")
        return {self.row(index).id: index for index, kind in enumerate(self._kind) if kind != city}

    def _integers(self, offset: int, size: int, code: _IntegerCode) -> memoryview[int]:
        return memoryview(self._map)[offset : offset + size].cast(code)

    def _floats(self, offset: int, size: int, _: str) -> memoryview[float]:
        return memoryview(self._map)[offset : offset + size].cast("f")


def write(path: Path, rows: list[Row], names: Names, *, peoples: list[str], capitals: list[int]) -> None:
    """Write the data file; the same rows and names give the same bytes."""
    countries = sorted({row.country for row in rows})
    kinds = sorted({row.kind for row in rows})
    admins = sorted({row.admin for row in rows})
    encoded = [row.name.encode() for row in rows]
    order = sorted(range(len(names.keys)), key=names.keys.__getitem__)
    columns: dict[str, array[int] | array[float]] = {
        "keys": array("Q", (names.keys[i] for i in order)),
        "rows": array("I", (names.rows[i] for i in order)),
        "flags": array("B", (names.flags[i] for i in order)),
        "beginnings": array("I", sorted(names.beginnings)),
        "country": array("B", _indices(countries, [row.country for row in rows])),
        "kind": array("B", _indices(kinds, [row.kind for row in rows])),
        "admin": array("H", _indices(admins, [row.admin for row in rows])),
        "population": array("I", (row.population for row in rows)),
        "number": array("I", (row.number for row in rows)),
        "lat": array("f", (_MISSING if row.lat is None else row.lat for row in rows)),
        "lon": array("f", (_MISSING if row.lon is None else row.lon for row in rows)),
        "name_ends": array("I", _ends(encoded)),
        "name_bytes": array("B", b"".join(encoded)),
    }
    lists: dict[str, list[str] | list[int]] = {
        "countries": countries,
        "kinds": kinds,
        "admins": admins,
        "peoples": peoples,
        "capitals": capitals,
    }
    _write_file(path, lists, columns)


def _indices(values: list[str], column: list[str]) -> list[int]:
    index = {value: at for at, value in enumerate(values)}
    return [index[value] for value in column]


def _ends(pieces: list[bytes]) -> list[int]:
    ends = []
    total = 0
    for piece in pieces:
        total += len(piece)
        ends.append(total)
    return ends


def _write_file(
    path: Path, lists: Mapping[str, list[str] | list[int]], columns: dict[str, array[int] | array[float]]
) -> None:
    if sys.byteorder != "little":
        raise SystemExit("the data file is little-endian: build it on a little-endian machine")
    # The header's length depends on the offsets in it: room is set aside, and padded with spaces.
    room = 1024 + len(json.dumps(lists).encode())
    offset = _aligned(len(_MAGIC) + 4 + room)
    room = offset - len(_MAGIC) - 4
    places: dict[str, tuple[int, int, str]] = {}
    for name, column in columns.items():
        size = len(column) * column.itemsize
        places[name] = (offset, size, column.typecode)
        offset = _aligned(offset + size)
    header = json.dumps({**lists, "columns": places}, separators=(",", ":")).encode().ljust(room)
    assert len(header) == room, "the columns' description outgrew the room set aside for it"
    with path.open("wb") as file:
        file.write(_MAGIC + len(header).to_bytes(4, "little") + header)
        for name, column in columns.items():
            file.seek(places[name][0])
            file.write(column.tobytes())


def _aligned(offset: int) -> int:
    return -(-offset // _ALIGNMENT) * _ALIGNMENT
