@echo off
rem Starts the measurement plug-in; options may follow.
rem Python: %DEVICE_COMMUNICATION_PYTHON%, else that of a .venv beside this file, else that of the
rem environment which the plug-in is installed in, else python.
setlocal
set "PYTHON_EXE=python"
if exist "%~dp0..\..\..\..\Scripts\python.exe" set "PYTHON_EXE=%~dp0..\..\..\..\Scripts\python.exe"
if exist "%~dp0.venv\Scripts\python.exe" set "PYTHON_EXE=%~dp0.venv\Scripts\python.exe"
if defined DEVICE_COMMUNICATION_PYTHON set "PYTHON_EXE=%DEVICE_COMMUNICATION_PYTHON%"
"%PYTHON_EXE%" -m device_communication_measurement.reader %*
exit /b %ERRORLEVEL%
