"""Real servers: fetch one (:mod:`tritonlint.runtime.wheel`) and run a disposable one (:mod:`tritonlint.runtime.server`)."""
