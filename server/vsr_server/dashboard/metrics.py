"""Figures for Prometheus, read from the database when it asks. Nothing is sent anywhere, no label names a machine.

They stand behind a token of their own (`metrics.token`): they tell how many people take part and how well the model
does, every program of this machine reaches loopback, and Prometheus reads a token from a file
(`authorization: {credentials_file: ...}`). That token opens nothing else.
"""

from collections.abc import Iterator

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import func
from sqlmodel import Session, col, select
from starlette.responses import Response

from vsr_server.dashboard.admin import Admin, Here
from vsr_server.dashboard.api_people import people
from vsr_server.dashboard.api_privacy import privacy
from vsr_server.dashboard.health import Readiness
from vsr_server.dashboard.smallest_cell import figures
from vsr_server.database.tables import EventRow, ModelVersion, Round, Setting

router = APIRouter(tags=["health"])
_OUTCOMES = ("open", "done", "failed", "lost")


@router.get("/metrics", response_class=Response)
def metrics(here: Here, request: Request) -> Response:
    """Return the figures in Prometheus's text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(here, request.app.state.readiness))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    def __init__(self, here: Admin, readiness: Readiness) -> None:
        self._here = here
        self._readiness = readiness

    def describe(self) -> Iterator[Metric]:
        yield from ()  # else registering would ask the database once more

    def collect(self) -> Iterator[Metric]:
        with self._here.database.reading() as session:
            yield from _rounds(session, self._here.smallest)
            yield from _models(session)
            yield _by_label(
                "vsr_events", "Events that are kept.", "level", dict(_counted(session, EventRow, col(EventRow.level)))
            )
            paused = session.get(Setting, "paused")
            yield _gauge(
                "vsr_paused", "1 where the operator paused.", float(paused is not None and paused.value is True)
            )
        yield from _people(self._here)
        yield from _privacy(self._here)
        states = {name: float(holds) for name, holds in self._readiness.checks().items()}
        yield _by_label("vsr_ready", "1 where the check of this name holds.", "check", states)


def _rounds(session: Session, smallest: int) -> Iterator[Metric]:
    total = CounterMetricFamily("vsr_rounds", "Rounds begun, by what came of them.", labels=["outcome"])
    counted = dict(_counted(session, Round, col(Round.outcome)))
    for outcome in _OUTCOMES:
        total.add_metric([outcome], counted.get(outcome, 0))
    yield total
    newest = col(Round.number).desc()
    last = session.exec(select(Round).where(Round.outcome == "done").order_by(newest).limit(1)).first()
    if last is None:
        return
    yield _gauge("vsr_round_number", "The last round that brought something.", last.number)
    yield _gauge("vsr_round_asked", "Machines that it asked.", last.asked)
    yield _gauge("vsr_round_answered", "Machines that are in its sum.", last.answered)
    yield _gauge("vsr_round_bytes_each", "Bytes of the model that went to each machine.", last.bytes_each)
    yield _gauge("vsr_round_seconds", "How long it took.", last.seconds or 0.0)
    if last.ended_at is not None:
        yield _gauge("vsr_round_ended_timestamp_seconds", "When it ended.", last.ended_at.timestamp())
    means = figures(last, smallest)
    if means is not None:
        yield _by_label("vsr_round_mean", "Means over its machines.", "figure", means)


def _models(session: Session) -> Iterator[Metric]:
    counted = dict(_counted(session, ModelVersion, col(ModelVersion.status)))
    yield _by_label("vsr_model_versions", "Versions of the common model.", "status", counted)
    current = session.exec(select(func.max(ModelVersion.version)).where(ModelVersion.status == "current")).one()
    yield _gauge("vsr_model_version", "The current version.", current or 0)


def _people(here: Admin) -> Iterator[Metric]:
    found = people(here)
    states = {"enrolled": found.enrolled, "revoked": found.revoked}
    if found.connected is not None:
        states["connected"] = found.connected
    yield _by_label("vsr_machines", "Machines, by number alone.", "state", states)
    yield _by_label("vsr_invitations", "Invitations.", "state", found.invitations)


def _privacy(here: Admin) -> Iterator[Metric]:
    found = privacy(here)
    counted = {"on": found.rounds_with_noise, "off": found.rounds_without}
    yield _by_label("vsr_privacy_rounds", "Rounds with noise and without.", "noise", counted)
    if found.epsilon is not None:
        says = "Epsilon of somebody who was in every round with noise."
        yield _gauge("vsr_privacy_epsilon", says, found.epsilon)


def _counted(session: Session, table: type[Round | ModelVersion | EventRow], by: object) -> list[tuple[str, int]]:
    found = session.exec(select(by, func.count()).select_from(table).group_by(by))  # type: ignore[call-overload]
    return [(str(value), int(number)) for value, number in found]


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=value)


def _by_label(name: str, says: str, label: str, values: dict[str, int] | dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
