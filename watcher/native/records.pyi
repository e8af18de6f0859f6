from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

def reduced(record: object) -> tuple[Callable[..., Any], tuple[Any, ...]]: ...
def restored(kind: type[T], *values: object) -> T: ...
