"""What a job leaves behind when nobody waits for it any more."""

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from kedou.lab.errands import Errands
from kedou.lab.store import Kept, Store


class SlowStore(Store):
    """A store that makes a file only when it is told to go on."""

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        self.begun, self.goes_on = threading.Event(), threading.Event()
        self.made: Kept | None = None

    def reserve(self, *asked: object) -> Kept:
        self.begun.set()
        assert self.goes_on.wait(20)
        self.made = super().reserve(*asked)
        return self.made


def test_a_file_made_for_a_job_that_was_cancelled_is_deleted(tmp_path: Path) -> None:
    store = SlowStore(tmp_path)
    errands = SimpleNamespace(
        shared=SimpleNamespace(store=store), session=SimpleNamespace(id="s", kind="owner")
    )

    async def cancelled_while_it_is_made() -> None:
        waiting = asyncio.create_task(Errands._reserved(errands, ".csv"))
        await asyncio.to_thread(store.begun.wait, 20)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        store.goes_on.set()
        for _ in range(400):
            if store.made is not None and not store.made.path.exists():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"left behind: {store.made}")

    asyncio.run(cancelled_while_it_is_made())
    store.close()
