"""The first thing a server does with what an earlier one left: name the rounds that it was in the midst of."""

from vsr_server.coordination.chronicle import Chronicle
from vsr_server.coordination.plan import Plan
from vsr_server.coordination.round_events import RoundDone, RoundLost
from vsr_server.coordination.server_events import Resumed, Tell
from vsr_server.coordination.standing import GROUPS, MACHINES, Settled, Standing


def resume(standing: Standing, chronicle: Chronicle, settled: Settled | None, plan: Plan, tell: Tell) -> None:
    """Tell where the federation goes on, and what became of the rounds that nobody ended.

    `settled` is the model of a round whose server died after its sum and before its promotion; it was promoted now.
    """
    if standing.progress.opened:
        tell(Resumed(standing.progress.completed, plan.rounds))
    for number in chronicle.open_rounds():
        if settled is not None and number == settled.round:
            tell(_done(settled, standing, plan))
        else:
            tell(RoundLost(number, "the server ended in the midst of it"))


def _done(settled: Settled, standing: Standing, plan: Plan) -> RoundDone:
    figures = dict(standing.figures(settled.version))
    machines, groups = (figures.pop(name, 0.0) for name in (MACHINES, GROUPS))
    completed = standing.progress.completed
    metrics = {name: value for name, value in figures.items() if name in plan.metrics}
    return RoundDone(
        settled.round,
        completed,
        plan.rounds,
        int(machines),
        standing.progress.clips,
        metrics,
        0.0,
        int(groups),
        settled.version,
        settled.reason,
    )
