"""Generated stubs: made from `protos/` by `nox -s codegen`, never edited."""
