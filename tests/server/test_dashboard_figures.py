"""No answer of the dashboard holds a figure of a single machine, or of fewer than a secure sum takes."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.dashboard_rows import Seeded
from tests.server.running_dashboard import running_dashboard
from vsr_server.dashboard.api_events import OF_ONE_MACHINE, WITH_FIGURES
from vsr_server.database.tables import ModelVersion, Round
from vsr_shared.federation.events import Event, event_name

ALONE = 0.7312345
"""A loss that one machine had alone."""
TWO = 0.5198765
"""A mean over two machines."""
ENOUGH = 0.4447777
CLIPS = 48217.0
NODE = 918273645
EVERYWHERE = re.compile(r"\{[^}]*\}")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What a GET of every address of the API says, on a server whose rows hold known values of single machines."""
    server = Seeded(tmp_path_factory.mktemp("figures"))
    server.let_in("anna", 3)
    server.begin()
    for number, (people, value) in enumerate([(1, ALONE), (2, TWO), (4, ENOUGH)], 1):
        server.round(number, 5 - number, people, {"nll_before": value, "clips": CLIPS})
        figures = {"machines_loss": value, "clips": CLIPS, "machines": float(people), "uar": 0.6251}
        made = server.version(number, figures, promote=number != 2)
        with server.database.session() as session:
            row, version = session.get(Round, number), session.get(ModelVersion, made)
            assert row is not None and version is not None
            row.clips, row.version, row.reason = CLIPS, made, f"loss is {value}"
            version.reason = f"loss is {value}"
            session.add_all([row, version])
        sentence = f"round {number} done ({number} of 9): {people} machines, {CLIPS:.0f} clips, mean loss {value}, 3 s"
        server.event("round_done", sentence)
        server.event("version_rejected", f"model version {made} is not promoted: loss {value}", "warning")
        server.registry.reject(server.registry.propose({}, number, figures).version, f"loss {value}")
    server.event("reply_received", f"round 1: 3,099,792 bytes from node {NODE}")
    server.event("reply_missing", f"round 1: nothing from node {NODE}: budget of {ALONE} spent", "warning")
    server.event("answer_late", f"an answer to round 1 came too late from node {NODE} and was ignored")
    server.event("answers_missing", f"round 3: nothing usable from 1 machines: epsilon {ALONE} spent", "warning")
    with running_dashboard(server, smallest=1) as dashboard, dashboard.script() as script:
        yield all_answers(script)
    server.database.close()


def all_answers(script: httpx.Client) -> dict[str, str]:
    described = script.get("/api/openapi.json").json()["paths"]
    paths = [path for path, methods in described.items() if "get" in methods and not EVERYWHERE.search(path)]
    assert len(paths) > 11, paths
    found = {path: script.get(path) for path in paths}
    assert all(answer.status_code in {200, 503} for answer in found.values())
    return {path: answer.text for path, answer in found.items()}


@pytest.mark.parametrize("known", [ALONE, TWO])
def test_a_figure_of_too_few_is_nowhere(answers: dict[str, str], known: float) -> None:
    """Also where the operator asks for a smallest cell below a secure sum's."""
    hiding = [path for path, text in answers.items() if str(known)[:5] in text]
    assert hiding == []


def test_a_mean_over_enough_machines_is_shown(answers: dict[str, str]) -> None:
    """Else the test above would pass on pages that show nothing."""
    showing = {path for path, text in answers.items() if str(ENOUGH) in text}
    assert showing == {"/api/rounds", "/api/models", "/metrics"}


def test_recordings_are_not_counted_out_loud(answers: dict[str, str]) -> None:
    """Threat: from one round's total to the next's, the number of who came or went stands out."""
    assert [path for path, text in answers.items() if "48217" in text or "48,217" in text] == []


def test_no_answer_names_a_node(answers: dict[str, str]) -> None:
    assert [path for path, text in answers.items() if str(NODE) in text] == []


def test_names_and_keys_of_machines_are_where_they_are_needed_alone(answers: dict[str, str]) -> None:
    naming = {path for path, text in answers.items() if "anna" in text}
    assert naming == {"/api/machines", "/api/invitations", "/api/audit"}
    assert [path for path, text in answers.items() if "PUBLIC KEY" in text] == []


def test_every_event_of_one_machine_is_known_as_such() -> None:
    """An event with a node's number is never shown; a new one has to be added to the dashboard's list."""
    from vsr_server.coordination import round_events, server_events

    names = vars(round_events) | vars(server_events)
    kinds = [kind for kind in names.values() if isinstance(kind, type) and issubclass(kind, Event)]
    named = {event_name(object.__new__(kind)) for kind in kinds if "node" in getattr(kind, "__annotations__", {})}
    assert named == OF_ONE_MACHINE
    with_means = {
        event_name(object.__new__(kind)) for kind in kinds if "metrics" in getattr(kind, "__annotations__", {})
    }
    assert with_means <= WITH_FIGURES


def test_the_rule_holds_for_the_operators_own_cell(tmp_path: Path) -> None:
    server = Seeded(tmp_path)
    server.round(1, 1, 4, {"nll_before": ENOUGH})
    with running_dashboard(server, smallest=5) as dashboard, dashboard.script() as script:
        found = script.get("/api/rounds").json()
    assert found["smallest"] == 5 and found["rounds"][0]["figures"] is None
    server.database.close()
