"""Frames recorded ahead: which ones, in what order, when, and what is let go."""

import asyncio
import threading
import time

import pytest

from rnn_helpers.display import ahead as ahead_module
from rnn_helpers.display.ahead import Ahead


class Page:
    """What a page would hold, in place of a real one."""

    def __init__(self, *, seconds=0.0, fail_at=None):
        self.recorded, self.held = [], {}
        self._seconds, self._fail_at = seconds, fail_at
        self.lock = threading.RLock()
        self.ahead = Ahead(self.record, self.store, self.forget, self.lock)

    def record(self, step):
        if step == self._fail_at:
            raise RuntimeError("broken")
        time.sleep(self._seconds)
        self.recorded.append(step)
        return f"frame {step}"

    def store(self, group, frames):
        assert all(frames[step] == f"frame {step}" for step in frames)
        self.held.setdefault(group, set()).update(frames)

    def forget(self, groups):
        for group in groups:
            del self.held[group]

    @property
    def done(self):
        return self.ahead._task is None or self.ahead._task.done()


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(ahead_module, "_STAND_ASIDE", 0.01)
    monkeypatch.setattr(ahead_module, "_PAUSE", 0.0)


async def settle(page):
    for _ in range(2000):
        await asyncio.sleep(0.001)
        if page.done:
            return
    raise AssertionError("the recording does not end")


def test_frames_are_recorded_outward_from_where_the_hand_stands():
    async def run():
        page = Page()
        page.ahead.follow("a", 2, 7)
        assert page.recorded == []  # not before the kernel rests
        await settle(page)
        assert page.recorded == [2, 1, 3, 0, 4, 5, 6]
        assert page.held == {"a": set(range(7))}

    asyncio.run(run())


def test_what_the_pages_hold_is_not_recorded_again_until_one_opens_anew():
    async def run():
        page = Page()
        page.ahead.follow("a", 0, 3)
        await settle(page)
        page.ahead.follow("a", 2, 3)
        await settle(page)
        assert page.recorded == [0, 1, 2]
        page.ahead.clear()
        page.ahead.follow("a", 2, 3)
        await settle(page)
        assert page.recorded == [0, 1, 2, 2, 1, 0]

    asyncio.run(run())


def test_other_work_gets_its_turn_between_slices():
    async def run():
        page, turns = Page(seconds=0.003), 0
        page.ahead.follow("a", 0, 40)
        while not turns or not page.done:
            await asyncio.sleep(0)
            turns += 1
        assert turns > 15
        assert len(page.recorded) == 40

    asyncio.run(run())


def test_a_hand_that_moves_is_not_disturbed(monkeypatch):
    monkeypatch.setattr(ahead_module, "_STAND_ASIDE", 0.5)

    async def run():
        page = Page()
        for step in range(20):
            page.ahead.follow("a", step, 40)
            await asyncio.sleep(0.005)
        assert page.recorded == []
        monkeypatch.setattr(ahead_module, "_STAND_ASIDE", 0.0)
        await settle(page)
        assert page.recorded[0] == 19  # from where it came to rest

    asyncio.run(run())


def test_another_setting_of_the_others_is_recorded_in_place_of_the_one_left():
    async def run():
        page = Page(seconds=0.002)
        page.ahead.follow("a", 0, 50)
        while "a" not in page.held:
            await asyncio.sleep(0.001)
        page.ahead.follow("b", 3, 5)
        await settle(page)
        assert page.held["b"] == set(range(5))
        assert 0 < len(page.held["a"]) < 50
        before = len(page.held["a"])
        page.ahead.follow("a", 0, 50)  # back again: what is missing, and no more
        await settle(page)
        assert page.held["a"] == set(range(50))
        assert len(page.recorded) == 55
        assert before < 50

    asyncio.run(run())


def test_the_groups_left_longest_ago_are_let_go(monkeypatch):
    monkeypatch.setattr(ahead_module, "MOST", 10)

    async def run():
        page = Page()
        for group in ("a", "b", "a", "c"):
            page.ahead.follow(group, 0, 4)
            await settle(page)
        assert set(page.held) == {"a", "c"}  # "a" was visited again after "b"
        assert sum(map(len, page.held.values())) <= 10
        page.ahead.follow("b", 0, 4)
        await settle(page)
        assert set(page.held) == {"b", "c"}

    asyncio.run(run())


def test_a_control_of_more_settings_than_the_pages_keep_is_recorded_around_the_hand(monkeypatch):
    monkeypatch.setattr(ahead_module, "MOST", 5)

    async def run():
        page = Page()
        for step in (50, 90):
            page.ahead.follow("a", step, 100)
            await settle(page)
            assert page.held == {"a": {48, 49, 50, 51, 52}}

    asyncio.run(run())


def test_a_page_that_opens_ends_what_was_being_recorded():
    async def run():
        page = Page()
        page.ahead.follow("a", 0, 3)
        page.ahead.clear()
        await settle(page)
        assert page.recorded == []

    asyncio.run(run())


def test_what_is_slow_is_left_to_the_hand(monkeypatch):
    monkeypatch.setattr(ahead_module, "_TOO_SLOW", 0.005)

    async def run():
        page = Page(seconds=0.01)
        page.ahead.follow("a", 0, 50)
        await settle(page)
        assert page.recorded == [0, 1, 2]
        assert page.held == {"a": {0, 1, 2}}
        page.ahead.follow("a", 9, 50)
        await settle(page)
        assert page.recorded == [0, 1, 2]

    asyncio.run(run())


def test_a_machine_that_falters_now_and_then_records_all(monkeypatch):
    monkeypatch.setattr(ahead_module, "_TOO_SLOW", 0.02)

    async def run():
        page = Page()
        page.ahead._record = lambda step: time.sleep(0.03 * (step % 3 == 0)) or page.record(step)
        page.ahead.follow("a", 0, 12)
        await settle(page)
        assert page.recorded == list(range(12))

    asyncio.run(run())


def test_an_error_stops_the_recording_until_the_hand_moves_again():
    async def run():
        page = Page(fail_at=1)
        page.ahead.follow("a", 0, 3)
        await asyncio.sleep(0.005)
        with pytest.raises(RuntimeError, match="broken"):
            await page.ahead._task
        page.ahead.follow("a", 2, 3)
        page._fail_at = None
        await settle(page)
        assert page.held == {"a": {0, 2}} or page.held == {"a": {0, 1, 2}}

    asyncio.run(run())


def test_without_a_loop_nothing_is_recorded():
    page = Page()
    page.ahead.follow("a", 0, 3)

    async def run():
        page.ahead.follow("a", 0, 3)
        await asyncio.sleep(0.05)

    asyncio.run(run())
    assert page.recorded == []


def test_closing_ends_it():
    async def run():
        page = Page()
        page.ahead.follow("a", 0, 3)
        page.ahead.close()
        await asyncio.sleep(0.05)
        assert page.recorded == []

    asyncio.run(run())


def test_values_that_come_in_another_thread_are_recorded_in_the_loop_of_the_cells():
    """As in JupyterLab, which has a thread for the messages of widgets; the lock keeps order."""

    async def run():
        page = Page(seconds=0.001)
        here, threads = threading.get_ident(), set()
        page.ahead._record = lambda step: threads.add(threading.get_ident()) or page.record(step)

        def listen():
            for step in range(30):
                with page.lock:
                    page.ahead.follow("ab"[step % 2], step, 30)
                time.sleep(0.002)

        thread = threading.Thread(target=listen)
        thread.start()
        time.sleep(0.05)  # a cell that computes: the loop stands still, and so does the recording
        assert page.recorded == []
        while thread.is_alive() or not page.done:
            await asyncio.sleep(0.001)
        assert threads == {here}
        assert page.held["b"] == set(range(30))

    asyncio.run(run())
