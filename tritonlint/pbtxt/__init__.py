"""Error-tolerant reader of protobuf text format with exact spans."""
