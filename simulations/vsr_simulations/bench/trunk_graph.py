"""A base's LiteRT trunk as a TensorFlow function, so that it can be converted again at another precision."""

from typing import Any

import numpy as np
import numpy.typing as npt

from vsr_shared.errors import BaseError

_RELU = 1
_SAME = 0


def trunk_function(model: bytes) -> Any:
    """Return the `tf.function` that computes what the LiteRT flatbuffer `model` does, in float32.

    Weights kept as 8-bit numbers are taken times their scales. BaseError where `model` holds an operation that no
    DenseNet has.
    """
    import tensorflow as tf
    from tensorflow.lite.python import schema_py_generated as schema

    graph = schema.ModelT.InitFromPackedBuf(model, 0)
    part = graph.subgraphs[0]
    kinds = {value: name for name, value in vars(schema.BuiltinOperator).items() if not name.startswith("_")}
    codes = [kinds[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in graph.operatorCodes]
    constants = {
        place: _constant(tensor, graph.buffers[tensor.buffer].data) for place, tensor in enumerate(part.tensors)
    }

    def run(images: Any) -> Any:
        values = {place: value for place, value in constants.items() if value is not None}
        values[part.inputs[0]] = images
        for step in part.operators:
            inputs = [values[place] for place in step.inputs if place >= 0]
            values[step.outputs[0]] = _operation(codes[step.opcodeIndex], step.builtinOptions, inputs)
        return values[part.outputs[0]]

    shape = (None, *part.tensors[part.inputs[0]].shape[1:])
    return tf.function(run, input_signature=[tf.TensorSpec(shape, tf.float32)])


def _constant(tensor: Any, data: Any) -> npt.NDArray[Any] | None:
    """Return the numbers stored for a tensor, or None where it is computed."""
    if data is None or not len(data):
        return None
    kinds = {0: np.float32, 1: np.float16, 2: np.int32, 9: np.int8}
    values = np.frombuffer(bytes(data), kinds[tensor.type]).reshape(tensor.shape)
    scales = tensor.quantization.scale if tensor.quantization is not None else None
    if scales is None or not len(scales):
        return values
    across = [1] * values.ndim
    across[tensor.quantization.quantizedDimension] = len(scales)
    return values.astype(np.float32) * np.asarray(scales, np.float32).reshape(across)


def _operation(kind: str, options: Any, inputs: list[Any]) -> Any:
    import tensorflow as tf

    pools = {"AVERAGE_POOL_2D": tf.nn.avg_pool2d, "MAX_POOL_2D": tf.nn.max_pool2d}
    if kind == "DEQUANTIZE":
        return np.asarray(inputs[0], np.float32)
    if kind == "CONV_2D":
        kernel = np.transpose(inputs[1], (1, 2, 3, 0))  # LiteRT keeps the outputs first, TensorFlow last
        found = tf.nn.conv2d(inputs[0], kernel, (options.strideH, options.strideW), _padding(options))
        return _activated(options, found + inputs[2] if len(inputs) > 2 else found)
    if kind in {"MUL", "ADD"}:
        return _activated(options, inputs[0] * inputs[1] if kind == "MUL" else inputs[0] + inputs[1])
    if kind == "CONCATENATION":
        return tf.concat(inputs, options.axis)
    if kind == "PAD":
        return tf.pad(inputs[0], inputs[1])
    if kind in pools:
        window, strides = (options.filterHeight, options.filterWidth), (options.strideH, options.strideW)
        return pools[kind](inputs[0], window, strides, _padding(options))
    raise BaseError(f"the trunk in this base has an operation {kind} that no DenseNet has; give another base")


def _padding(options: Any) -> str:
    return "SAME" if options.padding == _SAME else "VALID"


def _activated(options: Any, values: Any) -> Any:
    import tensorflow as tf

    return tf.nn.relu(values) if options.fusedActivationFunction == _RELU else values
