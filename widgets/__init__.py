"""The page: what people see and touch. It knows `pipeline`, never pixels or HTTP."""

from widgets.dashboard import Dashboard

__all__ = ["Dashboard"]
