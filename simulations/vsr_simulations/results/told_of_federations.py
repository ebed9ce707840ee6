"""Studies of what a federation gives away, withstands and takes, told in Markdown."""

from typing import Any, Final

Json = dict[str, Any]
DEFENCES: Final = {"none": "no defence", "together": "all defences"}


def privacy(said: Json) -> str:
    """Return utility by people a round and epsilon."""
    points = said["points"]
    told = [
        f"{said['speakers']} speakers, held out in {said['plan']['folds']} turns; delta {said['plan']['delta']:g}; "
        f"base `{said['base'][:21]}`. UAR / AUROC / NLL of the common model on speakers nobody learnt from."
    ]
    for part in dict.fromkeys(point["part"] for point in points):
        mine = [point for point in points if point["part"] == part]
        epsilons = sorted({point["epsilon"] for point in mine if point["epsilon"]})
        lines = [
            f"| people a round | {' | '.join(f'epsilon {one:g}' for one in epsilons)} | no noise |",
            "|---" * (len(epsilons) + 2) + "|",
        ]
        plain = next((point for point in mine if not point["epsilon"]), None)
        for people in sorted({point["people"] for point in mine if point["people"]}):
            found = {point["epsilon"]: point for point in mine if point["people"] == people}
            cells = [_figures(found[one]["figures"]) if one in found else "" for one in epsilons]
            lines.append(f"| {people:,} | {' | '.join(cells)} | {_figures(plain['figures']) if plain else ''} |")
        start = _figures(mine[0]["start"])
        told += [f"**{part}**, {mine[0]['numbers']:,} numbers; before the rounds {start}:", "\n".join(lines)]
    return "\n\n".join(told)


def attack(said: Json) -> str:
    """Return how often an attacker is right, by what the server sees."""
    told, tasks = said["told"], list(dict.fromkeys(one["task"] for one in said["told"]))
    chance = {one["task"]: one["found"] for one in told}
    heads = [f"{task} (chance {chance[task]['chance']:.2f}, {chance[task]['people']} people)" for task in tasks]
    lines = [f"| the server sees | {' | '.join(heads)} |", "|---" * (len(tasks) + 1) + "|"]
    for view in dict.fromkeys(one["view"] for one in told):
        own = {one["task"]: one["found"] for one in told if one["view"] == view}
        cells = [
            f"{own[task]['uar']:.2f} ({own[task]['low']:.2f}-{own[task]['high']:.2f})" if task in own else ""
            for task in tasks
        ]
        lines.append(f"| {view} | {' | '.join(cells)} |")
    low, high = said["published_gender"]
    audits = ["| noise multiplier | rounds | games | epsilon at least, by canaries | exactly | by the ledger |"]
    audits.append("|---" * 6 + "|")
    for one in said["audits"]:
        exact = "" if one["exact"] is None else f"{one['exact']:.2f}"
        upper = "none" if one["upper"] is None else f"{one['upper']:.2f}"
        audits.append(
            f"| {one['noise_multiplier']:g} | {one['rounds']} | {one['games']} | {one['gaussian'] or 0:.2f} | "
            f"{exact} | {upper} |"
        )
    return "\n\n".join(
        [
            "Mean recall over people with 95 % over people. Published for gender from plain updates of CREMA-D: "
            f"{low:.0%} to {high:.0%}.",
            "\n".join(lines),
            "\n".join(audits),
        ]
    )


def poison(said: Json) -> str:
    """Return UAR and how often beeps win, without and with all defences."""
    rows = said["rows"]
    shares = sorted({row["share"] for row in rows if row["share"]})
    found = {(row["attack"], row["share"], row["defence"]): row["figures"] for row in rows}
    lines = [f"| UAR | {' | '.join(f'{share:.0%} malicious' for share in shares)} |", "|---" * (len(shares) + 1) + "|"]
    for attack in dict.fromkeys(row["attack"] for row in rows if row["attack"] != "nobody"):
        for defence, title in DEFENCES.items():
            own = [found.get((attack, share, defence)) for share in shares]
            cells = [f"{one['uar']['mean']:.3f}" if one else "" for one in own]
            lines.append(f"| {attack}, {title} | {' | '.join(cells)} |")
            if attack == "backdoor":
                cells = [f"{one['trigger']['mean']:.0%}" if one else "" for one in own]
                lines.append(f"| beeps win, {title} | {' | '.join(cells)} |")
    honest = found.get(("nobody", 0.0, "none"))
    before = f" Nobody lies: {honest['uar']['mean']:.3f}." if honest else ""
    return "\n\n".join(
        [f"Judged by {', '.join(said['judges'])}; base `{said['base'][:21]}`.{before}", "\n".join(lines)]
    )


def scale(said: Json) -> str:
    """Return time and memory by number of users."""
    lines = ["| users | rounds | seconds | client-rounds a second | peak memory, MB | AUROC before, after |"]
    lines.append("|---" * 6 + "|")
    for row in said["sizes"]:
        lines.append(
            f"| {row['users']:,} | {row['rounds']} | {row['seconds']:.0f} | {row['client_rounds_a_second']:.1f} | "
            f"{row['peak_megabytes']:,.0f} | {row['auroc_before']:.2f}, {row['auroc_after']:.2f} |"
        )
    row = said["sizes"][0]
    how = (
        f"Generated activations, {row['clips']} clips a person, cohorts of {row['cohort']}, {row['threads']} cores; "
        f"the matrix products alone come to {said['matrix_limit']:.1f} client-rounds a second."
    )
    return "\n\n".join([how, "\n".join(lines)])


def speed(said: Json) -> str:
    """Return client-rounds a second by contestant."""
    from vsr_simulations.speed.turns import Figure, table

    how = (
        f"{said['people']} people with {said['clips']} clips, {said['cores']} cores, {said['turns']} turns in which "
        "everybody does the same rounds; in brackets the lowest and the highest turn."
    )
    return "\n\n".join([how, table([Figure(**one) for one in said["figures"]], said["start"])])


def _figures(figures: Json) -> str:
    return " / ".join(f"{figures[name]:.3f}" for name in ("uar", "auroc", "nll"))
