"""The two pictures of docs/triage-report.md: the curve of recall against false alarms, and calibration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "rygbot"  # the same figures give the same file
from matplotlib import pyplot as plt  # noqa: E402 - the settings come first

GOAL = (0.03, 0.95)


def draw_curve(
    file: Path, sure: np.ndarray, red: np.ndarray, green: np.ndarray, points: Mapping[str, np.ndarray]
) -> None:
    """Red recall against false alarms as the second reader's threshold moves, and where the checker stands."""
    steps = np.quantile(sure, np.linspace(0, 1, 400))
    alarms = [(sure[green] >= step).mean() for step in steps]
    recall = [(sure[red] >= step).mean() for step in steps]
    figure, axes = plt.subplots(figsize=(7, 4.5))
    axes.plot(alarms, recall, color="#205493", label="second reader alone, threshold moving")
    for mark, (name, called) in zip("os", points.items(), strict=True):
        axes.plot(called[green].mean(), called[red].mean(), mark, color="black", markersize=8, label=name)
    axes.plot(*GOAL, "*", color="#b50909", markersize=13, label="goal")
    axes.set(xlim=(0, 0.4), ylim=(0.5, 1), xlabel="False alarms (share of harmless replies)", ylabel="Red recall")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    _save(figure, file)


def draw_calibration(file: Path, sure: np.ndarray, red: np.ndarray) -> None:
    """Of the replies given a probability, the share that were red; a perfect reader stands on the line."""
    edges = np.linspace(0, 1, 11)
    tenth = np.clip(np.digitize(sure, edges) - 1, 0, 9)
    held = [n for n in range(10) if (tenth == n).any()]
    figure, axes = plt.subplots(figsize=(7, 4.5))
    axes.plot([0, 1], [0, 1], color="#999999", linestyle="--")
    axes.plot([sure[tenth == n].mean() for n in held], [red[tenth == n].mean() for n in held], "o-", color="#205493")
    axes.set(xlabel="Probability given by the second reader", ylabel="Share that were red", xlim=(0, 1), ylim=(0, 1))
    axes.grid(alpha=0.3)
    _save(figure, file)


def _save(figure: plt.Figure, file: Path) -> None:
    figure.tight_layout()
    figure.savefig(file, format="svg", metadata={"Date": None})
    plt.close(figure)
