"""Report groups, reports and their test cases."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.codebuild.kinds import invalid
from brickline.bricks.codebuild.projects import sorted_request, tag_list, tags_of
from brickline.bricks.codebuild.reports.kinds import REPORT, REPORT_GROUP

_PAGE = 100


class ReportGroups:
    """Create, update, batch-get, list and delete report groups."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._groups = Resources(baseplate, REPORT_GROUP)
        self._reports = Resources(baseplate, REPORT)

    def create_report_group(self, context: Context, request: Shape) -> Shape:
        document = {"type": request["type"], "exportConfig": _export(request["exportConfig"]), "status": "ACTIVE"}
        group = self._groups.create(context, request["name"], document, tags=tags_of(request))
        return {"reportGroup": _shown(group)}

    def update_report_group(self, context: Context, request: Shape) -> Shape:
        with self._groups.change(context, _name(request["arn"])) as group:
            if "exportConfig" in request:
                group.document["exportConfig"] = _export(request["exportConfig"])
            if "tags" in request:
                group.tags = tags_of(request)
        return {"reportGroup": _shown(group)}

    def batch_get_report_groups(self, context: Context, request: Shape) -> Shape:
        found = {arn: self._groups.find(context, _name(arn)) for arn in dict.fromkeys(request["reportGroupArns"])}
        return {
            "reportGroups": [_shown(group) for group in found.values() if group],
            "reportGroupsNotFound": [arn for arn, group in found.items() if group is None],
        }

    def list_report_groups(self, context: Context, request: Shape) -> Shape:
        return _arns(self._groups.page(context, sorted_request(request)), "reportGroups")

    def delete_report_group(self, context: Context, request: Shape) -> Shape:
        """With `deleteReports` its reports go too; without it they must be gone."""
        with self._store.write():
            group = self._groups.find(context, _name(request["arn"]))
            if group is None:
                return {}
            reports = list(self._reports.all(context, group.name))
            if reports and not request.get("deleteReports"):
                raise invalid(f"Report group {group.arn} has reports: delete them first, or set deleteReports")
            for report in reports:
                self._reports.delete(report)
            self._groups.delete(group)
        return {}


class Reports:
    """Batch-get, list and delete reports; their test cases."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._groups = Resources(baseplate, REPORT_GROUP)
        self._reports = Resources(baseplate, REPORT)

    def batch_get_reports(self, context: Context, request: Shape) -> Shape:  # noqa: ARG002
        found = {arn: self._reports.by_arn(arn) for arn in dict.fromkeys(request["reportArns"])}
        return {
            "reports": [report.document for report in found.values() if report],
            "reportsNotFound": [arn for arn, report in found.items() if report is None],
        }

    def list_reports(self, context: Context, request: Shape) -> Shape:
        return _arns(self._reports.page(context, sorted_request(request), None), "reports")

    def list_reports_for_report_group(self, context: Context, request: Shape) -> Shape:
        group = self._groups.get(context, _name(request["reportGroupArn"]))
        return _arns(self._reports.page(context, sorted_request(request), group.name), "reports")

    def delete_report(self, context: Context, request: Shape) -> Shape:  # noqa: ARG002
        if report := self._reports.by_arn(request["arn"]):
            self._reports.delete(report)
        return {}

    def describe_test_cases(self, context: Context, request: Shape) -> Shape:
        report = self._reports.by_arn(request["reportArn"])
        if report is None:
            raise REPORT.missing_error(context, request["reportArn"].rsplit("/", 1)[-1])
        cases = [case for case in report.private["cases"] if _passes(case, request.get("filter") or {})]
        start, size = _position(request), request.get("maxResults", _PAGE)
        page: Shape = {"testCases": cases[start : start + size]}
        return {**page, "nextToken": str(start + size)} if start + size < len(cases) else page


def _passes(case: Shape, wanted: Shape) -> bool:
    has_keyword = wanted.get("keyword", "") in f"{case['prefix']} {case['name']} {case['testSuiteName']}"
    return has_keyword and wanted.get("status") in (None, case["status"])


def _position(request: Shape) -> int:
    token = request.get("nextToken", "0")
    if not token.isdigit():
        raise invalid("nextToken: not a token that this operation gave")
    return int(token)


def _export(config: Shape) -> Shape:
    if config.get("exportConfigType") == "S3" and not (config.get("s3Destination") or {}).get("bucket"):
        raise invalid("exportConfig: s3Destination.bucket is required for exportConfigType S3")
    return {"exportConfigType": "NO_EXPORT", **config}


def _shown(group: Resource) -> Shape:
    return {**group.document, "tags": tag_list(group.tags)}


def _name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _arns(page: Shape, member: str) -> Shape:
    return {**page, member: [document["arn"] for document in page[member]]}
