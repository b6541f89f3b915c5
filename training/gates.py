"""What a version must reach before customers' mail is trusted to it. Pure."""

from collections.abc import Mapping

from training.config import GatesConfig


def failed_gates(
    challenger: Mapping[str, float], champion: Mapping[str, float] | None, gates: GatesConfig
) -> list[str]:
    """Why the challenger must not be promoted, one sentence each; empty when it may.

    Beside the fixed gates, its macro-F1 must not lie below the champion's bootstrap interval.
    """
    checks = [
        (
            challenger["macro_f1"] < gates.min_macro_f1,
            f"macro-F1 {challenger['macro_f1']:.3f} is below {gates.min_macro_f1:.3f}",
        ),
        (
            challenger["ece"] > gates.max_ece,
            f"calibration error {challenger['ece']:.3f} is above {gates.max_ece:.3f}",
        ),
        (
            challenger["quantisation_loss"] > gates.max_quantisation_loss,
            f"quantisation costs {challenger['quantisation_loss']:.3f} of macro-F1",
        ),
        (
            champion is not None and challenger["macro_f1"] < champion["macro_f1_low"],
            "macro-F1 is below the champion's interval",
        ),
    ]
    return [reason for failed, reason in checks if failed]
