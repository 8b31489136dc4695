"""ListCuratedEnvironmentImages: the images that CodeBuild itself has."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape

_IMAGES = {
    "AMAZON_LINUX_2": (
        ("aws/codebuild/amazonlinux-x86_64-standard:4.0", "AWS CodeBuild - Amazon Linux 2 x86_64 standard 4.0"),
        ("aws/codebuild/amazonlinux-x86_64-standard:5.0", "AWS CodeBuild - Amazon Linux 2023 x86_64 standard 5.0"),
        ("aws/codebuild/amazonlinux-aarch64-standard:3.0", "AWS CodeBuild - Amazon Linux 2023 aarch64 standard 3.0"),
        ("aws/codebuild/amazonlinux2-x86_64-standard:3.0", "AWS CodeBuild - Amazon Linux 2 x86_64 standard 3.0"),
        ("aws/codebuild/amazonlinux2-x86_64-standard:4.0", "AWS CodeBuild - Amazon Linux 2 x86_64 standard 4.0"),
        ("aws/codebuild/amazonlinux2-x86_64-standard:5.0", "AWS CodeBuild - Amazon Linux 2023 x86_64 standard 5.0"),
    ),
    "UBUNTU": (
        ("aws/codebuild/standard:5.0", "AWS CodeBuild - Ubuntu 20.04 x86_64 standard 5.0"),
        ("aws/codebuild/standard:6.0", "AWS CodeBuild - Ubuntu 22.04 x86_64 standard 6.0"),
        ("aws/codebuild/standard:7.0", "AWS CodeBuild - Ubuntu 22.04 x86_64 standard 7.0"),
    ),
}


class Images:
    """One operation."""

    def list_curated_environment_images(self, context: Context, request: Shape) -> Shape:  # noqa: ARG002
        return {"platforms": [_platform(name, images) for name, images in _IMAGES.items()]}


def _platform(name: str, images: tuple[tuple[str, str], ...]) -> Shape:
    shown = [{"name": image, "description": words, "versions": [image]} for image, words in images]
    return {"platform": name, "languages": [{"language": "BASE", "images": shown}]}
