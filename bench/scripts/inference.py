"""The same model as an endpoint's code."""

import bare_model


def model_fn(_model_dir):
    return bare_model.model


def transform_fn(_model, data, _content_type, _accept):
    return bare_model.answer(data.encode() if isinstance(data, str) else bytes(data)), "text/csv"
