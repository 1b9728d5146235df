"""What the interface's functions have in common: the shelves and takes that are asked for."""

__all__ = ["Asked", "Held", "Name", "Number", "TakeId", "Trace", "Who"]

from typing import Annotated

from fastapi import Depends, Path, Query, Request
from pydantic import Field

from affectory.store.takes import Takes
from affectory.web.shelf import Shelf
from affectory.web.shelves import Shelves

Name = Annotated[str, Query(max_length=300)]
Number = Annotated[int, Path(ge=0, le=2**31, description="Number of the session in its trace.")]
Who = Annotated[int | None, Field(ge=0, le=100, description="Place of one of the actors.")]
TakeId = Annotated[str, Path(max_length=40)]


def _shelves(request: Request) -> Shelves:
    shelves: Shelves = request.app.state.shelves
    return shelves


Asked = Annotated[Shelves, Depends(_shelves)]


def _trace(
    shelves: Asked, job: Annotated[str, Path(max_length=64, description="Name of the trace.")]
) -> Shelf:
    return shelves.shelf(job)


Trace = Annotated[Shelf, Depends(_trace)]


def _takes(shelves: Asked) -> Takes:
    return shelves.takes


Held = Annotated[Takes, Depends(_takes)]
