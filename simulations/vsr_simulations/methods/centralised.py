"""Centralised: everybody's clips in one place, and one model trained on them there. Nothing about it is private.

What a federation gives up privacy's price against: the upper reference that papers compare with (McMahan et al.,
AISTATS 2017, section 3). A federation of one machine that has all clips, with as many passes over them.
"""

from dataclasses import replace

from vsr_simulations.engine.method import whole_on_own_clips
from vsr_simulations.methods.fed_avg import FED_AVG, personalised

CENTRALISED = replace(
    FED_AVG, name="centralised", source="McMahan et al., AISTATS 2017, section 3: not private", gathers=True
)
CENTRALISED_TUNED = replace(CENTRALISED, name="centralised, fine-tuned", judge=whole_on_own_clips)
CENTRALISED_SHIPPED = replace(CENTRALISED, name="centralised, personalised", judge=personalised)
