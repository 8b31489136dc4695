"""A corpus of buildspecs, in the shapes that public projects write: what they mean, and what is said of broken ones."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from brickline.bricks.codebuild.buildspec import Buildspec, BuildspecError, OnFailure, parse_buildspec


def parsed(text: str) -> Buildspec:
    return parse_buildspec(dedent(text))


def test_the_usual_one() -> None:
    spec = parsed("""
        version: 0.2

        phases:
          install:
            runtime-versions:
              python: 3.10
            commands:
              - pip install --upgrade --force-reinstall . "awscli>1.20.30"
          build:
            commands:
              - export PYTHONUNBUFFERED=TRUE
              - export SAGEMAKER_PROJECT_NAME_ID="${SAGEMAKER_PROJECT_NAME}-${SAGEMAKER_PROJECT_ID}"
              - |
                run-pipeline --module-name pipelines.abalone.pipeline \\
                  --role-arn $SAGEMAKER_PIPELINE_ROLE_ARN \\
                  --tags "[{\\"Key\\":\\"sagemaker:project-name\\", \\"Value\\":\\"${SAGEMAKER_PROJECT_NAME}\\"}]" \\
                  --kwargs "{\\"region\\":\\"${AWS_REGION}\\"}"
              - echo "Create/Update of the SageMaker Pipeline and execution completed."
        """)
    assert spec.runtimes == {"python": "3.10"}  # and not 3.1, which a number would be
    assert len(spec.phases["build"].commands) == 4
    assert spec.phases["build"].commands[2].count("\n") == 4
    assert '\\"Key\\"' in spec.phases["build"].commands[2]
    assert spec.artifacts is None


def test_everything_at_once() -> None:
    spec = parsed("""
        version: '0.2'
        run-as: root
        env:
          shell: bash
          git-credential-helper: yes
          variables:
            A: "1"
            EMPTY:
            NUMBER: 010
            YES: yes
          parameter-store: {P: /my/parameter}
          secrets-manager:
            S: arn:aws:secretsmanager:us-east-1:123456789012:secret:x:key
          exported-variables: [A, B]
        proxy: {upload-artifacts: no, logs: no}
        phases:
          install:
            on-failure: ABORT
            commands: [one, two]
            finally: three
          post_build:
            on-failure: RETRY-2-exit status \\d+
            commands:
              - four
        reports:
          unit:
            files: ['**/*.xml']
            base-directory: results
            file-format: JunitXml
            discard-paths: no
        artifacts:
          files:
            - '**/*'
          name: x-$(date +%Y)
          base-directory: 'out*'
          discard-paths: yes
          exclude-paths: ["**/*.log"]
          enable-symlinks: yes
          s3-prefix: prefix
          secondary-artifacts:
            more:
              files: a.txt
        cache:
          paths:
            - '/root/.cache/pip/**/*'
        """)
    assert spec.variables == {"A": "1", "EMPTY": "", "NUMBER": "010", "YES": "yes"}
    assert (spec.shell, spec.git_credential_helper, spec.run_as) == ("bash", True, "root")
    assert spec.parameters == {"P": "/my/parameter"}
    assert spec.exported == ("A", "B")
    assert spec.phases["install"].commands == ("one", "two")
    assert spec.phases["install"].finally_commands == ("three",)
    assert spec.phases["install"].on_failure == OnFailure("ABORT")
    assert spec.phases["post_build"].on_failure == OnFailure("", 2, r"exit status \d+")
    assert spec.reports["unit"].file_format == "JUNITXML"
    assert spec.artifacts
    assert spec.artifacts.discard_paths
    assert spec.artifacts.excluded == ("**/*.log",)
    assert spec.secondary_artifacts["more"].patterns == ("a.txt",)
    assert spec.cache_paths == ("/root/.cache/pip/**/*",)


@pytest.mark.parametrize(
    ("runtime", "version"),
    [
        ("3.8", "3.8"),
        ("3.10", "3.10"),
        ("'3.10'", "3.10"),
        ("3.x", "3.x"),
        ("latest", "latest"),
        ("3", "3"),
        ('"$PYTHON_VERSION"', "$PYTHON_VERSION"),
        ("3.11.4", "3.11.4"),
    ],
)
def test_versions_of_runtimes_stay_the_text_that_they_are(runtime: str, version: str) -> None:
    spec = parsed(f"version: 0.2\nphases:\n  install:\n    runtime-versions:\n      python: {runtime}\n")
    assert spec.runtimes == {"python": version}


COMMANDS: list[tuple[str, tuple[str, ...]]] = [
    ("- echo hello", ("echo hello",)),
    ("- 'echo \"a: b\"'", ('echo "a: b"',)),
    ("- |\n  a\n  b", ("a\nb\n",)),
    ("- >\n  a\n  b\n", ("a b\n",)),
    ("- >-\n  a\n  b\n", ("a b",)),
    ("- |-\n  if true; then\n    x\n  fi\n", ("if true; then\n  x\nfi",)),
    ("- a\n-\n- b", ("a", "b")),
    ("- # only a comment\n- a", ("a",)),
    ("- cat <<EOF\n", ("cat <<EOF",)),
    ("- a && b\\\n  c", ("a && b\\ c",)),
    ('- "a\\tb"', ("a\tb",)),
    ("- 1", ("1",)),
    ("- true", ("true",)),
    ("- null", ("",)[:0]),
    ("just one", ("just one",)),
    ("- aws s3 cp s3://b/k . --quiet", ("aws s3 cp s3://b/k . --quiet",)),
    ("- python -c 'print(1)' # why", ("python -c 'print(1)'",)),
    ("- '[ -f x ] && y'", ("[ -f x ] && y",)),
]


@pytest.mark.parametrize(("text", "commands"), COMMANDS)
def test_commands(text: str, commands: tuple[str, ...]) -> None:
    indented = "\n".join(f"      {line}" for line in text.splitlines())
    spec = parsed(f"version: 0.2\nphases:\n  install:\n    commands:\n{indented}\n")
    assert spec.phases["install"].commands == commands


VALID: dict[str, str] = {
    "with tabs in a command": 'version: 0.2\nphases: {build: {commands: ["echo\\ta"]}}',
    "as JSON": '{"version": "0.2", "phases": {"build": {"commands": ["ls"]}}}',
    "with Windows line ends": "version: 0.2\r\nphases:\r\n  build:\r\n    commands:\r\n      - ls\r\n",
    "with a document start": "---\nversion: 0.2\nphases:\n  build:\n    commands: [ls]\n",
    "with a byte order mark": "\ufeffversion: 0.2\nphases:\n  build:\n    commands: [ls]\n",
    "with empty phases": "version: 0.2\nphases:\n  install:\n  build:\n    commands:\n      - ls\n",
    "with install only": "version: 0.2\nphases:\n  install:\n    runtime-versions:\n      nodejs: 18\n",
    "with anchors": "version: 0.2\nx: &c [ls]\nphases:\n  build:\n    commands: *c\n",
    "with a merge": "version: 0.2\nx: &p {commands: [ls]}\nphases:\n  build:\n    <<: *p\n    on-failure: CONTINUE\n",
    "with a batch section": "version: 0.2\nbatch: {fast-fail: true}\nphases: {build: {commands: [ls]}}\n",
    "of version 0.1": "version: 0.1\nphases:\n  build:\n    commands:\n      - ls\n",
    "with a list not indented": "version: 0.2\nphases:\n  build:\n    commands:\n    - ls\n    - ls\n",
    "with an unknown section": "version: 0.2\nphases: {build: {commands: [ls]}}\nnotes: mine\n",
    "with comments everywhere": "# a\nversion: 0.2 # b\nphases: # c\n  build: # d\n    commands: # e\n      - ls # f\n",
    "with finally only": "version: 0.2\nphases:\n  build:\n    finally: [ls]\n",
    "with an empty artifacts section": "version: 0.2\nphases: {build: {commands: [ls]}}\nartifacts:\n",
    "with an empty env section": "version: 0.2\nenv:\n  variables:\nphases: {build: {commands: [ls]}}\n",
}


@pytest.mark.parametrize("text", VALID.values(), ids=VALID.keys())
def test_valid(text: str) -> None:
    assert parse_buildspec(text).phases


PHASES = "phases:\n  build:\n    commands:\n      - ls\n"
BROKEN: list[tuple[str, str]] = [
    ("", "invalid buildspec version: it is missing. Expecting: 0.1, 0.2"),
    (PHASES, "invalid buildspec version: it is missing. Expecting: 0.1, 0.2"),
    (f"version: 0.3\n{PHASES}", "invalid buildspec version: found '0.3'. Expecting: 0.1, 0.2"),
    ("version: 0.2\n", "phases: at least one phase must be specified: install, pre_build, build, post_build"),
    ("version: 0.2\nphases:\n", "phases: at least one phase must be specified: install, pre_build, build, post_build"),
    (
        "version: 0.2\nphases:\n  biuld:\n    commands: [ls]\n",
        "Invalid buildspec phase name: biuld. Expecting: build,install,post_build,pre_build",
    ),
    ("version: 0.2\nphases:\n  build:\n", "No commands found for phase name: build"),
    ("version: 0.2\nphases:\n  build:\n    commands:\n", "No commands found for phase name: build"),
    (
        'version: 0.2\nphases:\n  build:\n    commands:\n      - echo "a": b\n',
        "Expected Commands[0] to be of string type: found subkeys instead at line 5, "
        "value of the key tag on line 4 might be empty",
    ),
    (
        "version: 0.2\nphases:\n  build:\n    commands:\n      - [a, b]\n",
        "Expected Commands[0] to be of string type: found array instead at line 5, "
        "value of the key tag on line 4 might be empty",
    ),
    (
        "version: 0.2\nphases:\n  build:\n    commands:\n      a: b\n",
        "Expected Commands to be of array type: found subkeys instead at line 5",
    ),
    (
        "version: 0.2\nphases:\n  build:\n    commands:\n      - echo: a: b\n",
        "mapping values are not allowed in this context at line 5",
    ),
    ("version: 0.2\nphases:\n\tbuild:\n", "found character that cannot start any token at line 3"),
    ("version: 0.2\nphases:\n  build:\n    commands:\n      - ls\n   x: y\n", "did not find expected key at line 6"),
    ("version: 0.2\nphases: {build: {commands: [ls}\n", "did not find expected ',' or ']' at line 2"),
    ("version: 0.2\nphases\n  build:\n", "could not find expected ':' at line 3"),
    ("version: 0.2\nno colon here\n", "could not find expected ':' at line 3"),
    ("version: 0.2\nx: 'never ended\n", "found unexpected end of stream at line 3"),
    ("version: 0.2\nphases: *nobody\n", "unknown anchor 'nobody' referenced at line 2"),
    ("- version: 0.2\n", "buildspec: expected a mapping (key: value) at line 1"),
    ("just text", "buildspec: expected a mapping (key: value) at line 1"),
    (f"version: 0.2\nversion: 0.2\n{PHASES}", "mapping key 'version' already defined at line 1"),
    (f"version: 0.2\nenv: [a]\n{PHASES}", "env: expected a mapping (key: value) at line 2"),
    (f"version: 0.2\nenv: {{variables: {{A: [1]}}}}\n{PHASES}", "env/variables/A: expected a text at line 2"),
    (
        f"version: 0.2\nenv: {{shell: fish}}\n{PHASES}",
        "invalid shell 'fish' in env/shell. Expecting on Linux: bash, /bin/sh, sh, /bin/bash",
    ),
    (
        "version: 0.2\nphases:\n  build:\n    on-failure: PANIC\n    commands: [ls]\n",
        "invalid on-failure 'PANIC' of phase build. "
        "Expecting: ABORT, CONTINUE, RETRY, RETRY-<count>, RETRY-<regex>, RETRY-<count>-<regex>",
    ),
    (
        f"version: 0.2\n{PHASES}artifacts:\n  files:\n",
        "artifacts: no files are given; name at least one path or pattern under files",
    ),
    (f"version: 0.2\n{PHASES}artifacts:\n  files: {{a: b}}\n", "artifacts/files: expected a list at line 7"),
    (
        f"version: 0.2\n{PHASES}artifacts:\n  files: a\n  discard-paths: maybe\n",
        "artifacts/discard-paths: expected yes or no, found 'maybe'",
    ),
    (
        f"version: 0.2\n{PHASES}reports:\n  g:\n    files: a\n    file-format: TAP\n",
        "reports/g: unknown file-format 'TAP'. Expecting: CUCUMBERJSON, JUNITXML, NUNITXML, NUNIT3XML, TESTNGXML, "
        "VISUALSTUDIOTRX, CLOVERXML, COBERTURAXML, JACOCOXML, SIMPLECOV",
    ),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_broken(text: str, message: str) -> None:
    with pytest.raises(BuildspecError) as raised:
        parse_buildspec(text)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]\n",
        "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))]),
        "a: " + "[" * 500 + "]" * 500,
    ],
)
def test_documents_that_would_never_end_are_refused(text: str) -> None:
    with pytest.raises(BuildspecError, match="excessive aliasing or nesting"):
        parse_buildspec(text)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", OnFailure()),
        ("CONTINUE", OnFailure("CONTINUE")),
        ("RETRY", OnFailure("", 3)),
        ("RETRY-5", OnFailure("", 5)),
        ("RETRY-.*timeout.*", OnFailure("", 3, ".*timeout.*")),
        ("RETRY-2-.*timeout.*", OnFailure("", 2, ".*timeout.*")),
    ],
)
def test_on_failure(text: str, rule: Any) -> None:
    spec = parsed(f"version: 0.2\nphases:\n  build:\n    on-failure: '{text}'\n    commands: [ls]\n")
    assert spec.phases["build"].on_failure == rule
