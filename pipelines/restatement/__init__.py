"""What a version says otherwise of days that an earlier version had published, and why."""

from pipelines.restatement.compare import Restatement, compare_versions
from pipelines.restatement.record import record

__all__ = ["Restatement", "compare_versions", "record"]
