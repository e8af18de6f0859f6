"""Who is gone: a killed service is recognised by its name."""

from __future__ import annotations

import os
import subprocess
import sys

from watcher.lease import gone, new_owner


def test_a_process_that_ended_is_gone_and_a_living_one_is_not() -> None:
    me = new_owner()
    host = me.split("/")[0]
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead, parent = f"{host}/{ended.pid}/aaaa", f"{host}/{os.getppid()}/bbbb"
    assert gone([dead, parent, me], me=me) == (dead,)


def test_an_earlier_process_with_the_same_number_is_gone() -> None:
    me = new_owner()
    host, pid, _ = me.split("/")
    assert gone([f"{host}/{pid}/earlier"], me=me) == (f"{host}/{pid}/earlier",)


def test_of_other_hosts_nothing_is_known() -> None:
    assert gone(["elsewhere/1/aaaa"], me=new_owner()) == ()
