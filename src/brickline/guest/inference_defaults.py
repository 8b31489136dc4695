"""What each framework's container does where the user's code has no function for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import inference_formats as formats
from .libraries import library
from .xgboost_data import csv_rows_of_text, libsvm_of_text


@dataclass(frozen=True)
class Defaults:
    """A framework's functions."""

    model_fn: Callable[..., Any]
    input_fn: Callable[..., Any]
    predict_fn: Callable[..., Any]
    output_fn: Callable[..., Any]


def defaults_of(serving_module: str) -> Defaults:
    """Those of the framework whose container names this module (SAGEMAKER_SERVING_MODULE)."""
    known = {"sagemaker_sklearn": SKLEARN, "sagemaker_xgboost": XGBOOST, "sagemaker_pytorch": PYTORCH}
    return next((found for start, found in known.items() if serving_module.startswith(start)), GENERIC)


def _not_given(name: str, arguments: str) -> Callable[..., Any]:
    def fail(*_: Any) -> Any:
        raise NotImplementedError(
            f"Please provide a {name} implementation. See documentation for {name}({arguments}): the container looks "
            "for it in the script that SAGEMAKER_PROGRAM names (inference.py), in the folder code/ of the model archive"
        )

    return fail


def _encoded(prediction: Any, accept: str) -> tuple[bytes, str]:
    return formats.encode(prediction, accept)


def _sklearn_input(data: Any, content_type: str) -> Any:
    array = formats.decode(data, content_type)
    if len(array.shape) < 2:
        array = array.reshape(1, -1)
    is_text = formats.media_type(content_type) in formats.TEXT_TYPES
    return array.astype("float32") if is_text else array


def _sklearn_predict(data: Any, model: Any) -> Any:
    return model.predict(data)


def _xgboost_input(data: Any, content_type: str) -> Any:
    """A DMatrix; CSV and libsvm have no label here."""
    xgboost = library("xgboost")
    media = formats.media_type(content_type)
    if media == formats.CSV:
        return xgboost.DMatrix(csv_rows_of_text(data))
    if media in formats.LIBSVM:
        return libsvm_of_text(data)
    array = formats.decode(data, content_type)
    return xgboost.DMatrix(array.reshape(1, -1) if len(array.shape) < 2 else array)


def _xgboost_predict(data: Any, model: Any) -> Any:
    return model.predict(data, validate_features=False)


def _pytorch_model(folder: str) -> Any:
    """TorchScript, from `model.pt` or the only file of its kind."""
    torch = library("torch")
    path = Path(folder) / "model.pt"
    found: Sequence[Path] = [path] if path.exists() else [*Path(folder).glob("*.pt"), *Path(folder).glob("*.pth")]
    if len(found) != 1:
        names = ", ".join(sorted(one.name for one in found)) or "none"
        raise ValueError(
            f"Exactly one .pth or .pt file is required for PyTorch models (there is: {names}); "
            "or provide a model_fn in inference.py"
        )
    try:
        return torch.jit.load(str(found[0]), map_location=_device())
    except RuntimeError as error:
        raise RuntimeError(
            f"{found[0].name} is no TorchScript; provide a model_fn in inference.py ({error})"
        ) from error


def _pytorch_input(data: Any, content_type: str) -> Any:
    torch = library("torch")
    array = formats.decode(data, content_type)
    is_text = formats.media_type(content_type) in (*formats.TEXT_TYPES, formats.JSON_LINES)
    return (torch.FloatTensor(array) if is_text else torch.from_numpy(array)).to(_device())


def _pytorch_predict(data: Any, model: Any) -> Any:
    torch = library("torch")
    device = _device()
    with torch.no_grad():
        model.to(device)
        model.eval()
        return model(data.to(device))


def _pytorch_output(prediction: Any, accept: str) -> tuple[bytes, str]:
    if isinstance(prediction, library("torch").Tensor):
        prediction = prediction.detach().cpu().numpy()
    return formats.encode(prediction, accept)


def _device() -> Any:
    torch = library("torch")
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


GENERIC = Defaults(
    model_fn=_not_given("model_fn", "model_dir"),
    input_fn=formats.decode,
    predict_fn=_not_given("predict_fn", "input_data, model"),
    output_fn=_encoded,
)
SKLEARN = replace(GENERIC, input_fn=_sklearn_input, predict_fn=_sklearn_predict)
XGBOOST = replace(GENERIC, input_fn=_xgboost_input, predict_fn=_xgboost_predict)
PYTORCH = Defaults(_pytorch_model, _pytorch_input, _pytorch_predict, _pytorch_output)
