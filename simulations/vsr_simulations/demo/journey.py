"""The demo's way: teach alone, join, rounds, learn again, compare. Every step is a command that people have too."""

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vsr_shared.errors import VsrError
from vsr_simulations.demo.machine import Machine
from vsr_simulations.demo.outcome import COLUMNS, Outcome, Row
from vsr_simulations.demo.programs import Event, RunningProgram, run_program

AT_ONCE: Final = 2
LEAVING: Final = ("update_sent", "shares_given", "keys_published")
"""Everything that leaves a machine in rounds: masked updates, pieces of masks, one-time public keys."""
_START_SECONDS: Final = 120.0
_ROUND_SECONDS: Final = 120.0

Tell = Callable[[str, str], None]
"""Given who it is about and what happened."""


@dataclass(frozen=True)
class Setting:
    """What the demo is made of."""

    machines: Sequence[Machine]
    server_dir: Path
    base: Path
    base_id: str
    voices: str
    rounds: int


def travel(setting: Setting, tell: Tell) -> Outcome:
    """Run the whole demo; VsrError where any of its programs fails. Ends every process it started."""
    started = time.monotonic()
    machines = setting.machines
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tell("everybody", "teaches VSR on their own machine, alone")
        list(pool.map(Machine.teach, machines))
        found = {"common_before": list(pool.map(lambda machine: machine.judge("base"), machines))}
        found["local_only"] = list(pool.map(lambda machine: machine.judge("auto"), machines))
        sent = _federate(setting, tell)
        found["common_after"] = list(pool.map(lambda machine: machine.judge("common"), machines))
        tell("everybody", "learns again on their own machine, from the common model")
        list(pool.map(Machine.learn_again, machines))
        found["personal"] = list(pool.map(lambda machine: machine.judge("auto"), machines))
    rows = [
        Row(machine.user.name, {name: found[name][index] for name in COLUMNS}) for index, machine in enumerate(machines)
    ]
    seconds = round(time.monotonic() - started, 1)
    return Outcome(setting.voices, setting.base_id, rows, setting.rounds, sent, seconds)


def _federate(setting: Setting, tell: Tell) -> dict[str, int]:
    """Run server and machines until the rounds are done; return the bytes that left each machine in them."""
    sent = {machine.user.name: 0 for machine in setting.machines}
    addresses: list[str] = []
    connected: list[str] = []
    handed_out: list[int] = []

    def from_server(event: Event) -> None:
        if event["event"] == "model_handed_out":
            handed_out.append(event["machines"])
        if event["event"] == "public_port_up":
            addresses.append(event["address"])
        if event["event"] == "server_up":
            connected.append(event["address"])
        tell("server", event["sentence"])

    def from_machine(name: str) -> Callable[[Event], None]:
        def heard(event: Event) -> None:
            if handed_out and event["event"] == "server_lost":
                return  # the server ends first, as planned
            if event["event"] in LEAVING:
                sent[name] += event["bytes"]
            tell(name, event["sentence"])

        return heard

    count = len(setting.machines)
    with ExitStack() as stack:
        plan = ["--rounds", setting.rounds, "--min-clients", count, "--port", 0, "--admin-port", 0]
        server = RunningProgram(
            "vsr-server",
            ["start", "--json", "--base", setting.base, "--data-dir", setting.server_dir, *plan],
            from_server,
        )
        stack.callback(server.end)
        up = "the server did not come up"
        _wait(lambda: bool(addresses and connected), [server], _START_SECONDS, up)
        lines = _invitations(setting)
        tell("operator", f"sends {count} invitations, each good for one machine, and tells their fingerprint")
        with ExitStack() as machines:
            joined = []
            for machine, (line, fingerprint) in zip(setting.machines, lines, strict=True):
                arguments = ["join", line, "--fingerprint", fingerprint, "--json"]
                joined.append(RunningProgram("vsr", arguments, from_machine(machine.user.name), machine.environment))
                machines.callback(joined[-1].end)
            patience = _START_SECONDS + setting.rounds * _ROUND_SECONDS
            _wait(lambda: bool(handed_out), [server, *joined], patience, "the rounds did not end")
        _wait(lambda: not server.running, [server], _START_SECONDS, "the server did not end")
    return sent


def _invitations(setting: Setting) -> list[tuple[str, str]]:
    """Return a line and a fingerprint for each machine, as the operator makes them."""
    given = ["--count", len(setting.machines), "--json", "--data-dir", setting.server_dir]
    made = [json.loads(line) for line in run_program("vsr-server", "invite", *given).splitlines()]
    return [(one["invitation"], one["fingerprint"]) for one in made]


def _wait(done: Callable[[], bool], programs: Sequence[RunningProgram], seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        for running in programs:
            running.check()
        if time.monotonic() > deadline:
            raise VsrError(f"{otherwise} within {seconds:.0f} s")
        time.sleep(0.2)
    programs[0].check()
