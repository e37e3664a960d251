"""Works the weights of flows/lexicon/weights.yaml out of the corpus; run by hand, prints the file.

    .venv/bin/python tests/engine/fit_weights.py > weights.yaml

Two logistic regressions over the concepts of each text (all parts but `held_out`): danger or not,
and, among the dangers, despair or not. Plain Python: a few seconds, the same numbers every time.
"""

import math
from collections import Counter
from pathlib import Path

import yaml

from bot.engine.routing import Lexicon

HERE = Path(__file__).parent
DANGERS = ("danger_now", "self_harm")
Sample = tuple[list[str], bool]
ROUNDS, RATE, SHRINK = 400, 0.6, 0.0006
LEAST = 4
"""Texts a concept must stand in to be given a weight."""
NO_SIGN = {"ku", "min", "calm", "refuse_", "old_man", "day_"}
"""Neither language nor a day or a refusal says danger; `calm` is weighed by its kinds."""
CAUTION = 0.85
"""Taken from the start of the sum: fewer false alarms, at the price of some danger unheard."""
KURDISH = 0.4
"""Given to a Kurdish text: the lexicon knows fewer of its words, so less must be enough."""


def texts():
    corpus = yaml.safe_load((HERE / "routing_corpus.yaml").read_text("utf-8"))
    for part, topics in corpus.items():
        if part != "held_out":
            for topic, group in topics.items():
                yield from ((topic, text) for text in group)


def fit(samples: list[Sample], names: list[str]) -> dict[str, float]:
    """Weights by gradient descent with momentum; `start` is the constant."""
    weights = dict.fromkeys([*names, "start"], 0.0)
    speed = dict(weights)
    for _ in range(ROUNDS):
        slope = dict.fromkeys(weights, 0.0)
        for concepts, truth in samples:
            total = weights["start"] + sum(weights[name] for name in concepts)
            error = 1 / (1 + math.exp(-total)) - truth
            slope["start"] += error
            for name in concepts:
                slope[name] += error
        for name, value in slope.items():
            step = value / len(samples) + (SHRINK * weights[name] if name != "start" else 0)
            speed[name] = 0.9 * speed[name] - RATE * step
            weights[name] += speed[name]
    return weights


def main() -> None:
    lexicon = Lexicon.load(HERE.parents[1] / "flows" / "lexicon")
    read = [(topic, frozenset().union(*lexicon.concepts(text))) for topic, text in texts()]
    counts = Counter(name for _, concepts in read for name in concepts)
    names = sorted(name for name, n in counts.items() if n >= LEAST and name not in NO_SIGN)
    known = set(names)
    samples = [(topic, sorted(concepts & known)) for topic, concepts in read]
    danger = fit([(concepts, topic in DANGERS) for topic, concepts in samples], names)
    despair = fit([(c, topic == "self_harm") for topic, c in samples if topic in DANGERS], names)
    danger["start"] -= CAUTION
    danger["ku"], despair["ku"] = KURDISH, 0.0
    print("# How much each concept speaks for danger, and for despair rather than violence, in")
    print("# hundredths. Written by tests/engine/fit_weights.py; fit again after new words.")
    print("weights:")
    for name in ["start", "ku", *names]:
        pair = [round(100 * danger[name]), round(100 * despair[name])]
        if any(pair):
            print(f"  {name}: {pair}")


if __name__ == "__main__":
    main()
