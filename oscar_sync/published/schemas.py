"""The JSON Schema of each published document (draft 2020-12)."""

from typing import Any, Final

from oscar_sync.published.base import Published
from oscar_sync.published.diagnostics import DiagnosticsDocument
from oscar_sync.published.doctor import DoctorDocument
from oscar_sync.published.history import HistoryDocument
from oscar_sync.published.plan import DriftDocument, PlanDocument
from oscar_sync.published.report import EventDocument, ReportDocument
from oscar_sync.published.status import StatusDocument

DOCUMENTS: Final[dict[str, type[Published]]] = {
    "plan": PlanDocument,
    "drift": DriftDocument,
    "report": ReportDocument,
    "event": EventDocument,
    "status": StatusDocument,
    "doctor": DoctorDocument,
    "diagnostics": DiagnosticsDocument,
    "history": HistoryDocument,
}


def document_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of the document called *name*."""
    schema = DOCUMENTS[name].model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
