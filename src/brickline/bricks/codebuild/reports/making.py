"""Makes reports of the files that a build has collected."""

from __future__ import annotations

from collections.abc import Sequence

from brickline.baseplate import clock, naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.codebuild.places import COLLECTED, BuildFolder, safe_files
from brickline.bricks.codebuild.reports.junit import MOST_CASES, BadReport, cases_of, summary
from brickline.bricks.codebuild.reports.kinds import REPORT, REPORT_GROUP

MOST_GROUPS = 5
"""Of one build."""
_LARGEST = 10 << 20
_KEPT_SECONDS = 30 * 86400
_COVERAGE = ("CLOVERXML", "COBERTURAXML", "JACOCOXML", "SIMPLECOV")


class ReportMaking:
    """One report for each group that a buildspec names."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._groups = Resources(baseplate, REPORT_GROUP)
        self._reports = Resources(baseplate, REPORT)

    def make(self, context: Context, build: Resource, folder: BuildFolder, collected: Sequence[Shape]) -> list[str]:
        """Gives the reports' ARNs. To be called in the transaction that ends the upload."""
        return [
            self._report(context, build, record, _files(folder, number))
            for number, record in enumerate(collected[:MOST_GROUPS])
        ]

    def _report(self, context: Context, build: Resource, record: Shape, files: dict[str, bytes]) -> str:
        form = str(record.get("format", "JUNITXML"))
        kind = "CODE_COVERAGE" if form in _COVERAGE else "TEST"
        group = self._group(context, build, str(record.get("group", "")), kind)
        now = clock.now()
        document: Shape = {
            "type": kind,
            "reportGroupArn": group.arn,
            "executionId": build.arn,
            "exportConfig": group.document["exportConfig"],
            "expired": now + _KEPT_SECONDS,
            "truncated": False,
        }
        cases: list[Shape] = []
        document["status"] = "INCOMPLETE"
        if form == "JUNITXML" and files:
            cases = _cases(files, document)
        document |= {"testSummary": summary(cases)} if kind == "TEST" else {}
        return self._keep(context, group, document, cases)

    def _keep(self, context: Context, group: Resource, document: Shape, cases: list[Shape]) -> str:
        name = f"{group.name}:{naming.unique_id()}"
        arn = REPORT.arn_of(context, name)
        shown = [{**case, "reportArn": arn, "expired": document["expired"]} for case in cases[:MOST_CASES]]
        document["truncated"] = len(cases) > MOST_CASES
        return self._reports.create(context, name, document, parent=group.name, private={"cases": shown}).arn

    def _group(self, context: Context, build: Resource, name: str, kind: str) -> Resource:
        """By ARN; a group by name is the project's own, and made when it is first needed."""
        if naming.is_arn(name) and (found := self._groups.by_arn(name)):
            return found
        own = f"{build.parent}-{name.rsplit('/', 1)[-1]}"
        return self._groups.find(context, own) or self._groups.create(
            context, own, {"type": kind, "exportConfig": {"exportConfigType": "NO_EXPORT"}, "status": "ACTIVE"}
        )


def _cases(files: dict[str, bytes], document: Shape) -> list[Shape]:
    """The cases of all files; the report's status says whether they are all good."""
    cases: list[Shape] = []
    try:
        for path, text in files.items():
            cases += cases_of(text, path)
    except BadReport:
        return cases
    failed = any(case["status"] in ("FAILED", "ERROR") for case in cases)
    document["status"] = "FAILED" if failed else "SUCCEEDED"
    return cases


def _files(folder: BuildFolder, number: int) -> dict[str, bytes]:
    place = folder.place(f"{COLLECTED}/reports/{number}")
    found = {}
    for path in safe_files(place):
        with path.open("rb") as file:
            found[path.relative_to(place).as_posix()] = file.read(_LARGEST)
    return found
