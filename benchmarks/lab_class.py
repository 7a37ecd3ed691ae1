"""How fast does a lab answer a class of 200, and how much memory does a learner cost?

Two hundred pages with a session each on one `kedou lab --class`, all on this machine. Each opens a
data set that comes with Kedou, looks at it, scans it and trains on it; then everybody asks
something every few seconds, at times of their own, whether answers are quick or not: mostly a run
of 1,000 steps with its error on rows left out, sometimes a prediction, a look, a scan. What counts
is the time from the question to the whole answer. Memory is the growth of the lab's own process
from an empty class to a full one, divided by the learners.

    python benchmarks/lab_class.py                   # 200 learners, a question every 10 s
    python benchmarks/lab_class.py --every 5
    python benchmarks/lab_class.py --quick           # 20 learners
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from typing import Any

from _pages import Page, RunningLab, lab_of, sockets_of
from _table import machine
from lab_scan import family, memory_of

DATA = ("tadpoles", "engel", "longley", "norris")
SECONDS = 30.0


def questions(rng: random.Random) -> dict[str, Any]:
    """Return what a learner asks next."""
    rate = 10 ** rng.uniform(-2, -0.3)
    settings = {"standardize": True, "learning_rate": rate, "steps": 1000}
    kind = rng.random()
    if kind < 0.70:
        return {"type": "run", "scan": "s1", **settings}
    if kind < 0.80:
        return {"type": "descend", "data": "tadpoles", "learning_rate": 0.05, "steps": 100}
    if kind < 0.90:
        return {"type": "predict", "scan": "s1", **settings}
    return {"type": "look", "table": "t1"} if kind < 0.95 else {"type": "scan", "table": "t1"}


class Learner:
    """One learner: a page, a data set, and the times they waited."""

    def __init__(self, number: int, page: Page) -> None:
        self.rng = random.Random(number)
        self.page = page
        self.name = DATA[number % len(DATA)]
        self.target = ""
        self.row: dict[str, float] = {}
        self.waited: dict[str, list[float]] = {}

    async def begin(self) -> None:
        await self.page.ask(type="hello")
        table = await self.page.ask(type="open", source={"data": self.name})
        self.target = (await self.page.ask(type="look", table="t1"))["target"]
        numbers = [c["name"] for c in table["columns"] if c["kind"] == "number"]
        self.row = {name: 1.0 for name in numbers if name != self.target}
        await self.page.ask(type="scan", table="t1", target=self.target)
        await self.page.ask(type="run", scan="s1", standardize=True)

    async def learn(self, every: float, until: float) -> None:
        """Ask at random moments, so many seconds apart on average."""
        at = time.perf_counter() + self.rng.uniform(0, every)
        while at < until:
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            question = questions(self.rng)
            if question["type"] == "predict":
                question["row"] = self.row
            if question["type"] == "scan":
                question["target"] = self.target
            began = time.perf_counter()
            answer = await self.page.ask(refused=True, **question)
            self.waited.setdefault(question["type"], []).append(time.perf_counter() - began)
            if answer["type"] == "error":
                assert answer["code"] == "fitting.diverged", answer
            if question["type"] == "scan":
                assert answer["moments"]["target"] == self.target
            at += self.rng.expovariate(1 / every)


async def measure(lab: RunningLab, learners: int, every: float) -> None:
    owner = lab.enter()
    (teacher,) = await sockets_of(lab, [owner])
    await teacher.ask(type="hello")
    first = Learner(10**6, (await sockets_of(lab, [lab.enter("join")]))[0])
    await first.begin()
    await first.page.ask(type="predict", scan="s1", row=first.row, standardize=True)
    await asyncio.sleep(3.0)
    empty, _ = memory_of(lab.process.pid)
    cookies = [await asyncio.to_thread(lab.enter, "join") for _ in range(learners)]
    everybody = [Learner(n, page) for n, page in enumerate(await sockets_of(lab, cookies))]
    began = time.perf_counter()
    await asyncio.gather(*(learner.begin() for learner in everybody))
    taken = time.perf_counter() - began
    print(f"all {learners} have opened, looked, scanned and run in {taken:.1f} s")
    until = time.perf_counter() + SECONDS
    await asyncio.gather(*(learner.learn(every, until) for learner in everybody))
    full, _ = memory_of(lab.process.pid)
    waited: dict[str, list[float]] = {}
    for learner in everybody:
        for kind, times in learner.waited.items():
            waited.setdefault(kind, []).extend(times)
    waited["all"] = [second for times in waited.values() for second in times]
    print(f"\n{learners} learners, a question every {every:g} s each   [{machine()}]")
    print(f"{'':10}{'answers':>9}{'median ms':>11}{'p95 ms':>9}{'max ms':>9}")
    for kind, times in sorted(waited.items(), key=lambda pair: pair[0] == "all"):
        p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        middle, most = statistics.median(times), max(times)
        print(f"{kind:10}{len(times):9}{1e3 * middle:11.1f}{1e3 * p95:9.1f}{1e3 * most:9.1f}")
    held = [memory_of(pid)[0] for pid in family(lab.process.pid)]
    print(f"\nthe lab's process: {empty} MB with one learner, {full} MB with all: ", end="")
    print(f"{(full - empty) / learners:.2f} MB a learner; with its workers {sum(held)} MB")
    for learner in everybody:
        await learner.page.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="20 learners")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between questions")
    options = parser.parse_args()
    with lab_of("--class") as lab:
        asyncio.run(measure(lab, 20 if options.quick else 200, options.every))


if __name__ == "__main__":
    main()
