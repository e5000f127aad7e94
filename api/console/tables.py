"""Lists for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi.responses import Response

_MEANT_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A CSV file in UTF-8 with its mark, which spreadsheets ask for; no cell of it is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(b"\xef\xbb\xbf" + text.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_MEANT_AS_FORMULA) else text
