@echo off
rem Starts the database writer with the settings of db_writer.toml; further options may follow.
rem Python: %DB_WRITER_PYTHON%, else that of a .venv beside this file, else python.
setlocal
set "PYTHON_EXE=python"
if exist "%~dp0.venv\Scripts\python.exe" set "PYTHON_EXE=%~dp0.venv\Scripts\python.exe"
if defined DB_WRITER_PYTHON set "PYTHON_EXE=%DB_WRITER_PYTHON%"
"%PYTHON_EXE%" -c "import sys, importlib.util as i; sys.exit(not i.find_spec('db_writer'))"
if errorlevel 1 (
    echo db_writer: "%PYTHON_EXE%" does not have it. Name a Python that has the package by 1>&2
    echo DB_WRITER_PYTHON, or install it into "%~dp0.venv" 1>&2
    exit /b 1
)
"%PYTHON_EXE%" -m db_writer --config "%~dp0db_writer.toml" %*
exit /b %ERRORLEVEL%
