"""`vsr-server coordinate`: the rounds alone, with a SuperLink elsewhere, as a container of its own."""

from pathlib import Path
from typing import TYPE_CHECKING

from vsr_server import settings as s
from vsr_server.commands.console import end_on_sigterm, printer
from vsr_server.commands.plan_options import with_plan
from vsr_server.commands.start import gate_of, load_base

if TYPE_CHECKING:
    from vsr_server.coordination.plan import Plan


@with_plan
def coordinate(
    plan: "Plan",
    superlink: s.SuperLinkAddress,
    runtime_secret: s.RuntimeSecretFile,
    base: s.BaseFile = None,
    validation: s.ValidationFolder = None,
    data_dir: s.DataDir = Path("vsr-server-data"),
    authority: s.AuthorityFile = None,
    offline: s.Offline = False,
    as_json: s.AsJson = False,
) -> None:
    """Run rounds on a SuperLink that `vsr-server superlink` runs elsewhere."""
    from vsr_server.coordination.serving import serve
    from vsr_server.flower.link import link_at
    from vsr_shared.find_base import BaseChoice

    end_on_sigterm()
    found = load_base(BaseChoice(base, data_dir / "bases", offline))
    promotion = gate_of(validation, found, data_dir)
    link = link_at(superlink, authority or data_dir / "certificates" / "ca.crt", runtime_secret)
    serve(data_dir, found.id, found.trainable, plan, link=link, promotion=promotion, on_event=printer(as_json))
