"""The door to the generated code of NI's contract; a process with NI's stubs must not import it."""

from device_communication.ni import device_communication_pb2, device_communication_pb2_grpc

__all__ = ["device_communication_pb2", "device_communication_pb2_grpc"]
