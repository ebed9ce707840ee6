"""How often the judge is right, in plain words, from what was measured of it."""

from vsr_client.worth import Worth

CAUTION = (
    "Those recordings were made for research. With this voice, this language and this microphone it may be right more "
    "often or less often."
)


def base_words(worth: Worth | None) -> list[str]:
    """Return sentences on a base that was measured to be worth `worth`, or was not measured."""
    if worth is None:
        return ["How often this model is right has not been measured here. Read every number as a guess."]
    return [
        f"It was tested on {worth.recordings} recordings of {worth.people} people that it had never heard. Of ten "
        f"recordings, as many positive as negative, it judged about {_tenths(worth.uar)} right; guessing gets 5. For "
        f"the person whom it heard worst it was about {_tenths(worth.worst)}.",
        CAUTION,
    ]


def head_words(recordings: int, before: float, after: float) -> str:
    """Return a sentence on a personal head: taught by `recordings`, right in these shares (0 to 1) before and after."""
    return (
        f"It was taught by {recordings} labelled recordings of this voice. Of ten that were kept aside, it judged "
        f"about {_tenths(after)} right; before it was taught, {_tenths(before)}."
    )


def _tenths(share: float) -> str:
    return f"{round(10 * share, 1):g}"
