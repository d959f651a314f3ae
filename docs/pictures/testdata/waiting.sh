# Stands in for an npu-smi that does not answer.
exec sleep 600
