"""Teaching the whole network: cross-entropy for the label, binary cross-entropy for requests.

Texts of like length share a batch, so almost nothing is spent on padding. After each epoch
everything needed to go on is on the disk: a run that was stopped continues where it was.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, kl_div
from tqdm import tqdm

from training.config import TeachingConfig
from training.dataset import LABELS, SERVICE_LABELS, Example, gold_labels
from training.network import Network, Outputs

log = logging.getLogger(__name__)

_POOL: Final = 32  # batches sorted by length together; more pads less and shuffles less
_WARM_UP: Final = 0.06  # share of the steps with a rising rate
_MAX_NORM: Final = 1.0
_WEIGHT_DECAY: Final = 0.01
_PADDING: Final = 0
_WORDS: Final = "words.weight"  # of every encoder that is served
_TINY: Final = 1e-12  # instead of dividing by nothing

_Stateful = nn.Module | torch.optim.Optimizer | torch.optim.lr_scheduler.LambdaLR
TokenIds = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a teacher says of texts.

    Shapes:
        labels: float32[n_texts, n_labels] and requests: float32[n_texts, n_requests],
            probabilities.
        share: float32[n_texts], how much of a text's loss is the distance to these.
    """

    labels: Floats
    requests: Floats
    share: Floats


@dataclass(frozen=True, slots=True)
class Task:
    """Texts with what they should be called.

    Shapes:
        tokens: one int64[length] per text.
        labels: int64[n_texts]; requests: float32[n_texts, n_requests], 0 or 1.
    """

    tokens: Sequence[TokenIds]
    labels: NDArray[np.int64]
    requests: Floats
    answers: Answers | None = None


def make_task(examples: Sequence[Example], tokens: Sequence[TokenIds]) -> Task:
    """The task of ``examples``, whose texts have these tokens."""
    return Task(
        tokens=tokens,
        labels=gold_labels(examples),
        requests=np.array(
            [[label in e.requests for label in SERVICE_LABELS] for e in examples], dtype=np.float32
        ),
    )


def finetune(
    network: Network,
    task: Task,
    config: TeachingConfig,
    seed: int,
    work: Path,
    after_epoch: Callable[[int, float], None] = lambda _, __: None,
) -> None:
    """Train ``network`` in place; checkpoints lie under ``work`` by digest of task and settings.

    ``after_epoch`` hears how many epochs are done and the mean loss of the last.
    """
    n_batches = len(list(batch_rows(task.tokens, config.batch_size, np.random.default_rng(seed))))
    optimizer = torch.optim.AdamW(_parameter_groups(network, config), fused=True)
    schedule = _schedule(optimizer, config.n_epochs * n_batches)
    path = work / f"{_digest(network, task, config, seed)}.pt"
    first = _resume(path, network, optimizer, schedule)
    for epoch in range(first, config.n_epochs):
        network.train()
        torch.manual_seed(seed + epoch)
        order = np.random.default_rng([seed, epoch])
        batches = list(batch_rows(task.tokens, config.batch_size, order))
        progress = tqdm(batches, desc=f"epoch {epoch + 1} of {config.n_epochs}", unit="batch")
        total = 0.0
        for rows in progress:
            optimizer.zero_grad()
            total += add_gradients(network, task, rows, config)
            nn.utils.clip_grad_norm_(network.parameters(), _MAX_NORM)
            optimizer.step()
            schedule.step()
        _keep(path, epoch + 1, network, optimizer, schedule)
        after_epoch(epoch + 1, total / len(batches))
    network.eval()


def add_gradients(
    network: Network, task: Task, rows: Sequence[int], config: TeachingConfig
) -> float:
    """The loss of a batch, its gradients added; half of them from where its words mislead.

    Adversarial training after Miyato et al. (2017, https://arxiv.org/abs/1605.07725), with one
    step for the batch on the table of word vectors itself, ``perturbation`` long.
    """
    loss = _loss(network, task, rows, config)
    if not config.perturbation:
        torch.autograd.backward(loss)
        return float(loss.detach())
    torch.autograd.backward(loss / 2)
    words = network.encoder.get_parameter(_WORDS)
    kept, gradient = words.detach().clone(), words.grad
    assert gradient is not None  # noqa: S101 - tells the type; the configuration sees to it
    with torch.no_grad():
        words.add_(gradient * (config.perturbation / (gradient.norm() + _TINY)))
    torch.autograd.backward(_loss(network, task, rows, config) / 2)
    with torch.no_grad():
        words.copy_(kept)
    return float(loss.detach())


def run_network(
    network: Network, tokens: Sequence[TokenIds], precision: str = "float32", batch_size: int = 32
) -> tuple[Floats, Floats]:
    """Label and request logits of texts: float32[n_texts, n_labels], [n_texts, n_requests]."""
    order = sorted(range(len(tokens)), key=lambda row: len(tokens[row]))
    labels = np.zeros((len(tokens), len(LABELS)), dtype=np.float32)
    requests = np.zeros((len(tokens), len(SERVICE_LABELS)), dtype=np.float32)
    network.eval()
    for start in tqdm(range(0, len(order), batch_size), desc="running", unit="batch"):
        rows = order[start : start + batch_size]
        with torch.no_grad():
            found = _answer(network, [tokens[row] for row in rows], precision)
        labels[rows], requests[rows] = (logits.numpy() for logits in found)
    return labels, requests


def batch_rows(
    texts: Sequence[Sized], size: int, order: np.random.Generator
) -> Iterator[list[int]]:
    """Rows of each batch: shuffled, then sorted by length within pools, then shuffled again."""
    rows = order.permutation(len(texts)).tolist()
    batches = []
    for start in range(0, len(rows), size * _POOL):
        pool = sorted(rows[start : start + size * _POOL], key=lambda row: len(texts[row]))
        batches += [pool[at : at + size] for at in range(0, len(pool), size)]
    for index in order.permutation(len(batches)):
        yield batches[index]


def _loss(network: Network, task: Task, rows: Sequence[int], config: TeachingConfig) -> Tensor:
    """The distance of the answers to labels, requests and what the teacher says."""
    labels, requests = _answer(network, [task.tokens[row] for row in rows], config.precision)
    gold, asked = torch.from_numpy(task.labels[rows]), torch.from_numpy(task.requests[rows])
    hard = cross_entropy(labels, gold, reduction="none")
    hard = hard + config.request_weight * _distance(requests, asked)
    if task.answers is None:
        return hard.mean()
    wanted = torch.from_numpy(task.answers.labels[rows])
    soft = kl_div(labels.log_softmax(dim=1), wanted, reduction="none").sum(dim=1)
    doubted = torch.from_numpy(task.answers.requests[rows])
    soft = soft + config.request_weight * _distance(requests, doubted)
    share = torch.from_numpy(task.answers.share[rows])
    return ((1 - share) * hard + share * soft).mean()


def _answer(network: Network, tokens: Sequence[TokenIds], precision: str) -> tuple[Tensor, Tensor]:
    """Label and request logits of a batch, float32 whatever the precision inside."""
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
        outputs: Outputs = network(*_padded(tokens))
    return outputs.labels.float(), outputs.requests.float()


def _distance(logits: Tensor, wanted: Tensor) -> Tensor:
    return binary_cross_entropy_with_logits(logits, wanted, reduction="none").mean(dim=1)


def _padded(tokens: Sequence[TokenIds]) -> tuple[Tensor, Tensor]:
    """Ids and mask, int64[batch, longest]."""
    ids = np.full((len(tokens), max(map(len, tokens))), _PADDING, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, text in enumerate(tokens):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return torch.from_numpy(ids), torch.from_numpy(mask)


def _parameter_groups(network: Network, config: TeachingConfig) -> list[dict[str, object]]:
    inner = dict(network.encoder.named_parameters())
    known = set(map(id, inner.values()))
    heads = [p for p in network.parameters() if id(p) not in known]
    words = [inner.pop(_WORDS)] if config.word_rate else []
    rest = [p for p in inner.values() if p.requires_grad]
    groups = ((rest, config.encoder_rate), (heads, config.head_rate), (words, config.word_rate))
    return [{"params": p, "lr": rate, "weight_decay": _WEIGHT_DECAY} for p, rate in groups if p]


def _schedule(optimizer: torch.optim.Optimizer, n_steps: int) -> torch.optim.lr_scheduler.LambdaLR:
    """Up over the first steps, then down to zero in a straight line."""
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / (_WARM_UP * n_steps)) * (1 - step / n_steps)
    )


def _digest(network: Network, task: Task, config: TeachingConfig, seed: int) -> str:
    # An option that is off is left out, so that a new one makes no kept checkpoint stale.
    settings = config.model_dump_json(exclude_defaults=True)
    digest = hashlib.sha256(f"{settings} {seed}".encode())
    taught = task.answers
    soft = (taught.labels, taught.requests, taught.share) if taught else ()
    for array in (*task.tokens, task.labels, task.requests, *soft):
        digest.update(np.ascontiguousarray(array).tobytes())
    for parameter in network.parameters():
        digest.update(parameter.detach().numpy().tobytes())
    return digest.hexdigest()


def _keep(path: Path, n_epochs: int, *parts: _Stateful) -> None:
    """Write everything that continues from here, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    states = [part.state_dict() for part in parts]
    torch.save({"n_epochs": n_epochs, "states": states}, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def _resume(path: Path, *parts: _Stateful) -> int:
    """Load what ``_keep`` wrote; how many epochs are done."""
    if not path.is_file():
        return 0
    kept = torch.load(path, weights_only=True)
    for part, state in zip(parts, kept["states"], strict=True):
        part.load_state_dict(state)
    log.info("going on after epoch %d", kept["n_epochs"])
    return int(kept["n_epochs"])
