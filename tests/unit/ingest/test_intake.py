"""Requests wait while too many bytes wait to be read, and go on as they are read."""

from __future__ import annotations

import asyncio

from watcher.ingest.intake import Intake


async def is_waiting(intake: Intake) -> bool:
    waiting = asyncio.ensure_future(intake.room())
    for _ in range(3):
        await asyncio.sleep(0)
    is_still = not waiting.done()
    waiting.cancel()
    return is_still


async def test_there_is_room_until_enough_bytes_are_under_way() -> None:
    intake = Intake(max_bytes=100)
    intake.take("a", 60)
    assert not await is_waiting(intake)
    intake.take("b", 60)
    assert await is_waiting(intake)
    intake.release("a")
    assert not await is_waiting(intake)


async def test_a_feed_counts_once_and_can_end_without_a_body() -> None:
    intake = Intake(max_bytes=100)
    intake.take("a", 90)
    intake.take("a", 20)
    intake.take("b", 0)
    intake.release("b")
    intake.release("never polled")
    assert not await is_waiting(intake)
    intake.take("c", 80)
    assert await is_waiting(intake)


async def test_all_who_wait_go_on() -> None:
    intake = Intake(max_bytes=1)
    intake.take("a", 1)
    waiting = [asyncio.ensure_future(intake.room()) for _ in range(10)]
    await asyncio.sleep(0)
    intake.release("a")
    async with asyncio.timeout(30):
        await asyncio.gather(*waiting)
