"""The stages of a life cycle, and where a line of a result can stand."""

from __future__ import annotations

from typing import Literal

Stage = Literal["materials", "manufacturing", "packaging", "distribution", "use", "end_of_life"]
#: Where a line of a result can stand: a stage, or the credits of an end-of-life method other than cut-off.
ResultStage = Literal["materials", "manufacturing", "packaging", "distribution", "use", "end_of_life", "credits"]
#: Life-cycle stages of ISO 14067 and PEF in the order of a product's life; `packaging` is made from the packaging list.
STAGES: tuple[Stage, ...] = ("materials", "manufacturing", "packaging", "distribution", "use", "end_of_life")
