"""The place of each score among the others of its batch."""

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            scores = pb_utils.get_input_tensor_by_name(request, "SCORE").as_numpy()
            order = np.argsort(-scores, axis=0)
            rank = np.argsort(order, axis=0).astype(np.int32)
            responses.append(pb_utils.InferenceResponse(output_tensors=[pb_utils.Tensor("RANK", rank)]))
        return responses
