"""`vsr-server models list|show|promote|rollback|resign`: the versions of the common model."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vsr_server.commands.options import DATA_DIR, AsJson, DataDir, opened
from vsr_shared.errors import VsrError

if TYPE_CHECKING:
    from vsr_server.registry import Registry, Version, Versions

OPERATOR = "operator"
models_app = typer.Typer(no_args_is_help=True, help="The versions of the common model.")

Number = Annotated[int, typer.Argument(min=1, metavar="VERSION", help="Its number, from `models list`.")]
Reason = Annotated[str, typer.Option(help="Why, for the history and the audit log.")]


@models_app.command("list")
def list_models(data_dir: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """List the versions, the newest first; `current` is the one that machines are given."""
    with _versions(data_dir) as versions:
        found = versions.history()
    for version in found:
        typer.echo(json.dumps(_said(version)) if as_json else _line(version))
    if not found and not as_json:
        typer.echo("no version yet; the first is made when the server starts")


@models_app.command("show")
def show_model(version: Number, data_dir: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """Show one version: where it comes from, its figures, its signed manifest, whether its weights are whole."""
    with _versions(data_dir) as versions:
        found = versions.version(version)
        try:
            versions.weights(version)
            weights = "whole"
        except VsrError as error:
            weights = str(error)
    said = _said(found) | {"weights": weights, "manifest": found.signed.text.decode()}
    said["signature"] = found.signed.signature.hex()
    if as_json:
        typer.echo(json.dumps(said))
        return
    for name, value in said.items():
        typer.echo(f"{name + ':':<11}{json.dumps(value) if isinstance(value, dict) else value}")


@models_app.command("promote")
def promote_model(version: Number, reason: Reason = "by the operator", data_dir: DataDir = DATA_DIR) -> None:
    """Give everybody this version from the next round on: a candidate, or one that was rejected."""
    with _registry(data_dir) as registry:
        now = registry.promote(version, OPERATOR, reason)
    typer.echo(f"version {now.version} is current; the next round begins from it")


@models_app.command("rollback")
def roll_back_model(version: Number, reason: Reason = "by the operator", data_dir: DataDir = DATA_DIR) -> None:
    """Give everybody the weights of an earlier version again, as a new version: machines refuse lower numbers."""
    with _registry(data_dir) as registry:
        now = registry.roll_back(version, OPERATOR, reason)
    typer.echo(
        f"version {now.version}, with the weights of version {version}, is current; the next round begins from it"
    )


@models_app.command("resign")
def sign_model_anew(reason: Reason = "a new release key", data_dir: DataDir = DATA_DIR) -> None:
    """After the release key was replaced: sign the current weights with the new one, as a new version."""
    with _registry(data_dir) as registry:
        now = registry.sign_anew(OPERATOR, reason)
    typer.echo(f"version {now.version} is current; invite everybody anew, machines trust the key they joined with")


@contextmanager
def _versions(data_dir: Path) -> "Iterator[Versions]":
    from vsr_server.registry import Versions

    with opened(data_dir) as (folder, database):
        yield Versions(database, folder.models)


@contextmanager
def _registry(data_dir: Path) -> "Iterator[Registry]":
    from vsr_server.registry import Registry
    from vsr_server.registry.release_key import release_key

    with opened(data_dir) as (folder, database):
        yield Registry(database, folder.models, release_key(folder.keys))


def _said(version: "Version") -> dict[str, Any]:
    return {
        "version": version.version,
        "status": version.status,
        "federation": version.federation,
        "base": version.base,
        "round": version.round,
        "parent": version.parent,
        "created": version.created_at.isoformat(timespec="seconds"),
        "sha256": version.sha256,
        "figures": dict(version.figures),
        "reason": version.reason,
    }


def _line(version: "Version") -> str:
    made = version.created_at.strftime("%Y-%m-%d %H:%M")
    line = f"{version.version:>6}  {version.status:<9}  round {version.round:<6}  {made}  {version.sha256[:12]}"
    return f"{line}  {version.reason}".rstrip()
