"""Vectors to unit length."""

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            vectors = pb_utils.get_input_tensor_by_name(request, "EMBEDDING").as_numpy()
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            unit = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
            responses.append(pb_utils.InferenceResponse(output_tensors=[pb_utils.Tensor("NORMALISED", unit)]))
        return responses
