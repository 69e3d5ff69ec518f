"""What TestStand's Python adapter calls to open and close shared sessions.

The files that it loads are in `code_modules`; what they do is here, so that it is there once in an
interpreter, whatever is loaded how often. Importing it joins the process to the local station,
where there is one in place of NI's services.
"""

from session_sharing import join_local_station

join_local_station()
