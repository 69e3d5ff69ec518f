"""The wire: everything is converted here to and from protobuf and gRPC statuses."""
