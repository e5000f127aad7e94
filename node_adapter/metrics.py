"""Figures for Prometheus, in its text form. Each room says its own as `Metric`s; whoever serves them renders all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Metric:
    """`kind` is "gauge" or "counter"; a counter's name ends in _total. Units end names, as everywhere."""

    name: str
    help: str
    kind: str
    samples: Sequence[tuple[Mapping[str, str], float]]


def counted(prefix: str, what: Mapping[str, str], counts: Mapping[str, int]) -> list[Metric]:
    """A counter for each name of `what`, which says what it counts: prefix_name_total."""
    return [Metric(f"{prefix}_{name}_total", help_, "counter", [({}, counts[name])]) for name, help_ in what.items()]


def render(metrics: Iterable[Metric]) -> str:
    lines: list[str] = []
    for metric in metrics:
        lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
        lines += [f"{metric.name}{_labels(labels)} {value:.17g}" for labels, value in metric.samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{inside}}}" if inside else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
