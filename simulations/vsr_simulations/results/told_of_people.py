"""Studies of how well people are served, told in Markdown."""

from typing import Any

from vsr_simulations.compare.findings import sentences as compared_sentences
from vsr_simulations.compare.words import markdown as compared_table
from vsr_simulations.newcomers.page import sentences as newcomers_sentences
from vsr_simulations.newcomers.table import markdown as newcomers_table
from vsr_simulations.newcomers.ways import TITLES
from vsr_simulations.personal.ways import TITLES as PERSONAL_TITLES
from vsr_simulations.results.read_back import cells_of, rows_of

Json = dict[str, Any]


def newcomers(said: Json) -> str:
    """Return what newcomers get."""
    cells = cells_of(said)
    losing = ["| own clips | way | over federated, points (95 %) | worse off than federated | than own clips alone |"]
    losing.append("|---" * 5 + "|")
    for cell in cells:
        if cell.clips in {10, 30} and "own" in cell.way:
            over = cell.over_federated
            losing.append(
                f"| {cell.clips} | {TITLES[cell.way]} | {100 * over.mean:+.1f} ({100 * over.low:+.1f} to "
                f"{100 * over.high:+.1f}) | {_share(over.worse_off, cell.people)} | "
                f"{_share(cell.over_alone.worse_off, cell.people)} |"
            )
    plan = said["plan"]
    how = (
        f"{cells[0].people} people of {said['corpus']}; each in turn comes new to the others, who learnt together in "
        f"{plan['rounds']['rounds']} rounds of {plan['rounds']['local']['epochs']} local epochs; judged by sentences "
        f"nobody taught. UAR (95 % over people and trials), AUROC. {_ran(said, 'done', 'trials')}"
    )
    return "\n\n".join([how, newcomers_table(cells), *_list(newcomers_sentences(cells)), "\n".join(losing)])


def compared(said: Json) -> str:
    """Return methods side by side."""
    rows = rows_of(said)
    plan, people = said["plan"], max(row.people for row in rows)
    how = (
        f"{people} people of {', '.join(said['corpora'])}, who all take part with the same number of clips in "
        f"{plan['rounds']['rounds']} rounds of {plan['rounds']['local']['epochs']} local epochs; "
        f"{plan['tuning']['epochs']} epochs where a method learns at the end. UAR with 95 % over people and trials; "
        f"gains in points of UAR; worse off than with the common model (FedAvg). {_ran(said, 'pieces', 'pieces')}"
    )
    return "\n\n".join([how, *_list(compared_sentences(rows)), compared_table(rows)])


def personal(said: Json) -> str:
    """Return what teaching gives, before and after."""
    lines = ["| own clips | way | UAR | AUROC | NLL | ECE | worst tenth |", "|---" * 7 + "|"]
    notes = []
    for summary in said["tested"]:
        for way, title in PERSONAL_TITLES.items():
            figures = " | ".join(f"{summary['means'][way][name]:.3f}" for name in ("uar", "auroc", "nll", "ece"))
            lines.append(f"| {summary['clips']} | {title} | {figures} | {summary['worst_tenth'][way]:.3f} |")
        people = len(summary["rows"])
        notes.append(
            f"{summary['clips']} clips: {summary['worse_users']} of {people} people are worse off in the mean of their "
            f"draws, {summary['worse_draws']:.1%} of all draws are; the gate let {summary['kept']:.0%} in."
        )
    who = ", ".join(row["user"] for row in said["tested"][0]["rows"])
    how = f"{who}; {said['draws']} draws, both halves of the sentences. Base `{said['base'][:21]}`."
    return "\n\n".join([how, "\n".join(lines), *_list(tuple(notes))])


def microphones(said: Json) -> str:
    """Return the domain shift by kind of microphone."""
    from vsr_simulations.microphones.table import Cell, markdown

    cells = [Cell(**cell) for cell in said["cells"]]
    how = (
        f"{len(said['people'])} people ({', '.join(said['people'])}), seeds {_numbers(said['seeds'])}, base "
        f"`{said['base'][:21]}`."
    )
    return "\n\n".join([how, markdown(cells)])


def _ran(said: Json, done: str, what: str) -> str:
    part = "" if said[done] == said["planned"] else f" {said[done]} of {said['planned']} {what} were run."
    return (
        f"Base `{said['base'][:21]}`, seeds {_numbers(said['plan']['seeds'])}, {said['minutes']:.0f} minutes "
        f"({said['processor_minutes']:.0f} of processor time), {said['machine']}.{part}"
    )


def _list(sentences: tuple[str, ...]) -> list[str]:
    return ["\n".join(f"- {one}" for one in sentences)] if sentences else []


def _share(share: float, people: int) -> str:
    return f"{round(share * people)} of {people}"


def _numbers(values: list[int]) -> str:
    return ", ".join(map(str, values))
