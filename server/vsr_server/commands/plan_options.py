"""The options that say how rounds go, for `start` and `coordinate` alike: declared in one signature."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from vsr_server import settings as s
from vsr_shared.federation.messages import CLIP_NORM

if TYPE_CHECKING:
    from vsr_server.coordination.plan import Plan


def plan_of(
    rounds: s.Rounds = None,
    every: s.Every = None,
    min_clients: s.MinClients = 3,
    max_clients: s.MaxClients = None,
    round_timeout: s.RoundTimeout = 600.0,
    cohort_timeout: s.CohortTimeout = None,
    epochs: s.Epochs = s.LOCAL.epochs,
    learning_rate: s.LearningRate = s.LOCAL.learning_rate,
    batch_size: s.BatchSize = s.LOCAL.batch_size,
    metric: s.Metric = None,
    dropout_share: s.DropoutShare = 0.3,
    colluding_share: s.ColludingShare = 0.2,
    groups: s.Groups = 1,
    update_range: s.UpdateRange = 0.1,
    most_clips: s.MostClips = 1_000,
    metric_range: s.MetricRange = 10.0,
    clip_norm: s.ClipNorm = CLIP_NORM,
    noise_multiplier: s.NoiseMultiplier = 0.0,
    delta: s.Delta = 1e-6,
    population: s.Population = 1_000,
) -> "Plan":
    """Return the plan that the options describe; UsageError where it cannot be."""
    from vsr_server.coordination.plan import Plan, SecurePlan
    from vsr_server.coordination.schedule import parse_interval
    from vsr_shared.federation.messages import LOSS_BEFORE
    from vsr_shared.learning.local_training import LocalTraining
    from vsr_shared.privacy.noise_terms import NoiseTerms
    from vsr_shared.secure_sum.quantise import Quantisation

    if rounds is None and every is None:
        every = s.EVERY
    seconds = None if every is None else parse_interval(every)
    return Plan(
        rounds,
        min_clients,
        round_timeout,
        cohort_timeout or seconds or s.COHORT_SECONDS,
        LocalTraining(epochs, learning_rate, batch_size),
        tuple(metric or (LOSS_BEFORE,)),
        SecurePlan(dropout_share, colluding_share, Quantisation(update_range, most_clips, metric_range), groups),
        every=seconds,
        largest_cohort=max_clients,
        clip_norm=clip_norm,
        noise=NoiseTerms(noise_multiplier, delta, population) if noise_multiplier else None,
    )


def with_plan(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` the options of `plan_of`; it gets their plan as its first argument."""
    ours = inspect.signature(plan_of).parameters
    own = list(inspect.signature(command).parameters.values())[1:]

    @wraps(command)
    def with_options(**given: Any) -> None:
        plan = plan_of(**{name: given.pop(name) for name in ours})
        command(plan, **given)

    both = [*ours.values(), *own]
    signed: Any = with_options
    signed.__signature__ = inspect.Signature([one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in both])
    signed.__annotations__ = {one.name: one.annotation for one in both}
    return with_options
