"""Which methods stand beside each other, in the order of the tables."""

from typing import Final

from vsr_simulations.engine.method import Method
from vsr_simulations.methods.alone import BASE_ALONE, LOCAL_ONLY
from vsr_simulations.methods.apfl import apfl
from vsr_simulations.methods.centralised import CENTRALISED, CENTRALISED_SHIPPED
from vsr_simulations.methods.ditto import ditto
from vsr_simulations.methods.fed_ala import fed_ala
from vsr_simulations.methods.fed_avg import FED_AVG, FINE_TUNED, REMEMBERED, SHIPPED
from vsr_simulations.methods.fed_babu import fed_babu
from vsr_simulations.methods.fed_bn import fed_bn
from vsr_simulations.methods.fed_dbe import fed_dbe
from vsr_simulations.methods.fed_head import FED_HEAD
from vsr_simulations.methods.fed_per import fed_per
from vsr_simulations.methods.fed_prox import fed_prox
from vsr_simulations.methods.fed_rep import fed_rep
from vsr_simulations.methods.fed_voice import FED_VOICE, VOICE_REMEMBERED
from vsr_simulations.methods.knn_per import knn_per
from vsr_simulations.methods.speaker_norm import speaker_norm

METHODS: Final[tuple[Method, ...]] = (
    BASE_ALONE,
    LOCAL_ONLY,
    FED_AVG,
    FED_HEAD,
    fed_prox(),
    FINE_TUNED,
    fed_per(),
    fed_rep(),
    fed_babu(),
    fed_bn(),
    ditto(),
    apfl(),
    fed_ala(),
    fed_dbe(),
    knn_per(),
    speaker_norm(FED_AVG),
    CENTRALISED,
    REMEMBERED,
    VOICE_REMEMBERED,
    SHIPPED,
    FED_VOICE,
    CENTRALISED_SHIPPED,
)
