"""Without anybody else: the base as it is, and the base trained on by one's own clips."""

from vsr_simulations.engine.method import Method, whole_on_own_clips

BASE_ALONE = Method("base alone", "what a fresh machine predicts with", None)
LOCAL_ONLY = Method("local only", "training on one's own clips, no rounds", None, judge=whole_on_own_clips)
