"""The pinned local app and the coordinator rest on Flower's internals. When one moves, these tests say which."""

import ast
import inspect
import io
import re
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from flwr.supercore.retry import http_retry
from flwr.superlink.grid import http_grid
from flwr.supernode import start_client_internal
from flwr.supernode.runtime import run_clientapp

import vsr_client.flower_internals
import vsr_server.flower.flower_internals
from vsr_shared.errors import FederationError
from vsr_shared.federation.flower_release import check_release

ROOMS = Path(__file__).parents[2]


def parameters(function: Callable[..., object]) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_the_installed_flower_is_the_pinned_release() -> None:
    check_release(version("flwr"))
    for other in ("1.40.0", "1.42.0", "2.0", "1.411.0"):
        with pytest.raises(FederationError, match="reinstall vsr"):
            check_release(other)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (run_clientapp.pull_task_input, ["client"]),
        (run_clientapp.push_message, ["client", "message", "context"]),
        (run_clientapp.push_task_output, ["client", "context", "sub_status", "details"]),
        (vsr_client.flower_internals.HeartbeatSender.__init__, ["self", "heartbeat_fn"]),
        (http_grid.HttpGrid.pull_messages, ["self", "message_ids"]),
        (http_grid.HttpGrid.push_messages, ["self", "messages"]),
        (http_grid.HttpGrid.set_run, ["self", "run"]),
        (start_client_internal._push_messages, ["state", "object_store", "send", "push_object"]),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_signatures_are_those_we_call(function: Callable[..., object], expected: list[str]) -> None:
    assert parameters(function) == expected


def test_the_task_input_is_message_context_run_and_bundle() -> None:
    returned = inspect.signature(run_clientapp.pull_task_input).return_annotation
    assert str(returned).replace(" ", "").endswith("[Message,Context,Run,Fab]") or "Fab" in str(returned)


def test_what_is_paced_is_still_looked_up_where_it_is_replaced() -> None:
    loop = inspect.getsource(start_client_internal.start_client_internal)
    assert "time.sleep(3)" in loop, "supernode_process replaces the module's `time` to shorten this"
    answering = inspect.getsource(start_client_internal).replace(loop, "")
    assert set(re.findall(r"time\.sleep\(([\d.]+)\)", answering)) == {"0.5"}, "by which `pace` tells work from idleness"
    used = {
        node.attr
        for node in ast.walk(ast.parse(inspect.getsource(start_client_internal)))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "time"
    }
    assert used == {"sleep"}, "the replacement of `time` in supernode_process has `sleep` alone"
    assert "max_delay=MAX_RETRY_DELAY" in inspect.getsource(http_retry.make_simple_http_retry_invoker)
    assert "pull_and_inflate_object_from_tree(" in inspect.getsource(run_clientapp.pull_task_input)
    assert "pull_objects(" in inspect.getsource(http_grid.HttpGrid.pull_messages)
    assert "retry_invoker=self._retry_invoker" in inspect.getsource(http_grid.HttpGrid._connect)


def test_pulling_a_task_opens_no_bundle() -> None:
    source = inspect.getsource(run_clientapp.pull_task_input)
    assert "install_from_fab" not in source
    assert "load_client_app" not in source


def test_no_other_file_reaches_into_flower() -> None:
    allowed = {"flower_internals.py", "supernode_process.py", "superlink_process.py"}
    for path in [*ROOMS.glob("client/vsr_client/**/*.py"), *ROOMS.glob("server/vsr_server/**/*.py")]:
        if path.name in allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            inside = [name for name in modules if name.startswith("flwr") and name != "flwr.app"]
            assert not inside, f"{path} imports {inside}; internals belong in flower_internals.py"


def test_the_bundle_of_a_run_holds_no_code() -> None:
    with zipfile.ZipFile(io.BytesIO(vsr_server.flower.flower_internals.empty_bundle().content)) as bundle:
        assert bundle.namelist() == ["pyproject.toml"]
