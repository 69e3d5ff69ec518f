@echo off
rem Starts the measurement plug-in; options may follow.
rem Python: %OUTPUT_VOLTAGE_PYTHON%, else that of a .venv beside this file, else that of the
rem environment which the plug-in is installed in, else python.
setlocal
set "PYTHON_EXE=python"
if exist "%~dp0..\..\..\Scripts\python.exe" set "PYTHON_EXE=%~dp0..\..\..\Scripts\python.exe"
if exist "%~dp0.venv\Scripts\python.exe" set "PYTHON_EXE=%~dp0.venv\Scripts\python.exe"
if defined OUTPUT_VOLTAGE_PYTHON set "PYTHON_EXE=%OUTPUT_VOLTAGE_PYTHON%"
"%PYTHON_EXE%" -m output_voltage %*
exit /b %ERRORLEVEL%
