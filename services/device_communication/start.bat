@echo off
rem Starts device communication with the settings of device_communication.toml; further options may follow.
rem Python: %DEVICE_COMMUNICATION_PYTHON%, else that of a .venv beside this file, else python.
setlocal
set "PYTHON_EXE=python"
if exist "%~dp0.venv\Scripts\python.exe" set "PYTHON_EXE=%~dp0.venv\Scripts\python.exe"
if defined DEVICE_COMMUNICATION_PYTHON set "PYTHON_EXE=%DEVICE_COMMUNICATION_PYTHON%"
"%PYTHON_EXE%" -m device_communication --config "%~dp0device_communication.toml" %*
exit /b %ERRORLEVEL%
