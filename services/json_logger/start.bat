@echo off
rem Starts the JSON logger with the settings of json_logger.toml; further options may follow.
rem Python: %JSON_LOGGER_PYTHON%, else that of a .venv beside this file, else python.
setlocal
set "PYTHON_EXE=python"
if exist "%~dp0.venv\Scripts\python.exe" set "PYTHON_EXE=%~dp0.venv\Scripts\python.exe"
if defined JSON_LOGGER_PYTHON set "PYTHON_EXE=%JSON_LOGGER_PYTHON%"
"%PYTHON_EXE%" -m json_logger --config "%~dp0json_logger.toml" %*
exit /b %ERRORLEVEL%
