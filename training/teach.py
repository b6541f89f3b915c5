"""Who learns from whom: the labels, a larger teacher, and what the first stage hears from both."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from service.model.bundle import FIRST, MODEL
from service.model.tokens import Tokenizer
from training import registry
from training.config import Config, EncoderConfig, TeacherConfig
from training.dataset import Example
from training.encoder import Encoder, ignore_characters, load_encoder
from training.finetune import Answers, Task, finetune, make_task, run_network
from training.network import Network, build_first_network, build_network
from training.split import Splits
from training.transfer import make_transfer_texts
from training.vocabulary import learn_words, place_words

log = logging.getLogger(__name__)

TokenIds = NDArray[np.int64]


def prepare_encoder(
    config: EncoderConfig, examples: Sequence[Example], work: Path
) -> tuple[Encoder, str]:
    """The encoder and its tokenizer's definition, both with words of ``examples`` read whole."""
    encoder = load_encoder(config, work)
    definition = ignore_characters(encoder.tokenizer_json, config.ignored)
    if config.min_word_count:
        texts = [e.text for e in examples if e.lang != "en"]
        definition, pieces = learn_words(definition, texts, config.min_word_count)
        place_words(encoder.words, pieces)
    return encoder, definition


def teach(
    config: Config, encoder: Encoder, tokenizer: Tokenizer, splits: Splits, work: Path
) -> dict[str, Network]:
    """The networks of ``config`` by the name of their graph's file.

    The large one is taught by the labels and, if there is one, by its teacher.
    """
    texts = [e.text for e in splits.train]
    task = make_task(splits.train, tokenize(tokenizer, texts))
    taught = task
    if config.teacher is not None:
        taught = _ask_teacher(config.teacher, config, task, tokenizer, splits, work)
    log.info("teaching the network")
    network = build_network(encoder, config.finetune, config.seed)
    finetune(network, taught, config.finetune, config.seed, work, registry.epoch_logger("network"))
    if config.first is None:
        return {MODEL: network}
    copies = make_transfer_texts(texts, config.first.n_copies, config.seed)
    tokens = tokenize(tokenizer, copies)
    log.info("asking it about %d messages and %d altered ones", len(texts), len(copies))
    answers = _answers(network, [*task.tokens, *tokens], config.finetune.precision, work)
    task = _with_answers(task, tokens, *answers, config.first.teacher_share)
    log.info("teaching the first stage")
    first = build_first_network(encoder, config.first, config.seed)
    finetune(first, task, config.first, config.seed, work, registry.epoch_logger("first"))
    return {MODEL: network, FIRST: first}


def _ask_teacher(
    teacher: TeacherConfig,
    config: Config,
    task: Task,
    tokenizer: Tokenizer,
    splits: Splits,
    work: Path,
) -> Task:
    """The task with a teacher's answers beside the labels, and altered copies without labels."""
    log.info("teaching the teacher")
    encoder, definition = prepare_encoder(teacher.encoder, splits.train, work)
    own_tokenizer = Tokenizer(definition, teacher.encoder.max_tokens)
    texts = [e.text for e in splits.train]
    own_task = replace(task, tokens=tokenize(own_tokenizer, texts))
    network = build_network(encoder, teacher, config.seed)
    finetune(network, own_task, teacher, config.seed, work, registry.epoch_logger("teacher"))
    copies = make_transfer_texts(texts, teacher.n_copies, config.seed)
    log.info("asking the teacher about %d messages and %d altered ones", len(texts), len(copies))
    tokens = tokenize(own_tokenizer, [*texts, *copies])
    labels, requests = _answers(network, tokens, teacher.precision, work)
    share = config.finetune.teacher_share
    return _with_answers(task, tokenize(tokenizer, copies), labels, requests, share)


def _with_answers(
    task: Task,
    copies: Sequence[TokenIds],
    labels: NDArray[np.float32],
    requests: NDArray[np.float32],
    share: float,
) -> Task:
    """The task with a teacher's logits on its texts, then on the copies, which have no labels.

    Of the labelled texts only the label is learned from the teacher, by ``share``: a teacher
    knows their requests no better than people do.
    """
    n_labelled = len(task.labels)
    soft_labels, soft_requests = softmax(labels, axis=1), expit(requests)
    soft_requests[:n_labelled] = task.requests
    shares = np.ones(len(labels), dtype=np.float32)
    shares[:n_labelled] = share
    return Task(
        tokens=[*task.tokens, *copies],
        labels=np.concatenate([task.labels, soft_labels[n_labelled:].argmax(axis=1)]),
        requests=np.concatenate([task.requests, np.zeros_like(soft_requests[n_labelled:])]),
        answers=Answers(soft_labels, soft_requests, shares),
    )


def _answers(
    network: Network, tokens: Sequence[TokenIds], precision: str, work: Path
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What ``run_network`` says, kept below ``work`` by digest of network, precision and texts."""
    digest = hashlib.sha256(precision.encode())
    for parameter in network.parameters():
        digest.update(parameter.detach().numpy().tobytes())
    for text in tokens:
        digest.update(text.tobytes())
    path = work / f"{digest.hexdigest()}.npz"
    if not path.is_file():
        labels, requests = run_network(network, tokens, precision)
        part = path.with_suffix(".part.npz")
        np.savez(part, labels=labels, requests=requests)
        part.replace(path)
    with np.load(path, allow_pickle=False) as kept:
        return kept["labels"], kept["requests"]


def tokenize(tokenizer: Tokenizer, texts: Sequence[str]) -> list[TokenIds]:
    """The token ids of each text."""
    return [tokenizer.tokenize(text).ids[0] for text in texts]
