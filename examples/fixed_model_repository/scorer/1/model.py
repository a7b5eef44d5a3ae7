"""The share of known words in a text."""

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            ids = pb_utils.get_input_tensor_by_name(request, "IDS").as_numpy()
            score = np.zeros((len(ids), 1))
            score[:, 0] = np.count_nonzero(ids, axis=1) / ids.shape[1]
            responses.append(pb_utils.InferenceResponse(output_tensors=[pb_utils.Tensor("SCORE", score.astype(np.float32))]))
        return responses
