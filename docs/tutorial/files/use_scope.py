"""Two programs use one scope at the same time; here they are one, for short."""

from scope_capture import ScopeCaptureClient
from scope_capture.wire import scope_capture_pb2 as messages
from session_sharing import SharingError

with ScopeCaptureClient("SCOPE_CAPTURE_1?client=a") as one:
    one.call(messages.WriteRequest(name="level", value=2.0), messages.WriteResponse)
    with ScopeCaptureClient("SCOPE_CAPTURE_1?client=b") as two:
        captured = two.call(messages.CaptureRequest(samples=4), messages.CaptureResponse)
        print([round(value, 3) for value in captured.values], two.new_session)
        try:
            two.call(messages.CaptureRequest(), messages.CaptureResponse)
        except SharingError as refused:
            print(f"{type(refused).__name__}: {refused}")
