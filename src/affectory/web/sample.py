"""For who has no conversation at hand: one of ours, traced as a dropped file is."""

__all__ = ["router"]

import asyncio
import shutil
from importlib.resources import as_file, files

from fastapi import APIRouter, Request

from affectory.web.receiving import whole
from affectory.web.settings import Settings
from affectory.web.uploads import Progress, Work

router = APIRouter(tags=["uploads"])
NAME = "support_arc.csv"  # six chats over nine weeks: recovery with a setback


@router.post("/sample")
async def sample(request: Request) -> Progress:
    """Begin the trace of a sample conversation."""
    settings: Settings = request.app.state.settings
    work: Work = request.app.state.work
    with (
        work.admit(),
        as_file(files("affectory") / "samples" / NAME) as own,
        whole(settings.out / "uploads", NAME) as path,
    ):
        await asyncio.to_thread(shutil.copyfile, own, path)
    return work.begin(path.parent.with_suffix("") / NAME, NAME, request.app.state.shelves.forget)
