"""Prints a query: `python -m db_writer.queries NAME`; without a name it lists them."""

import argparse

from db_writer.queries import query, query_names

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="db_writer.queries", description="Prints a query; without a name it lists them."
    )
    parser.add_argument("name", nargs="?", choices=query_names(), help="the query to print")
    name = parser.parse_args().name
    print(query(name) if name else "\n".join(query_names()), end="" if name else "\n")
