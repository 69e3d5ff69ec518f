"""From the bytes of an XML file to its properties, so that no text can do harm.

The parser calls back for each element. The innermost open element has a reader, which says what
may be in it: so whatever is read was expected where it stood, and all else is refused. Document
types are refused, and with them all entities but those of XML itself.
"""

from __future__ import annotations

from xml.parsers import expat

from teststand_runner.errors import DamagedFileError, FileTooLargeError, SequenceFileError, quoted
from teststand_runner.model.properties import PropertyFile
from teststand_runner.reading.limits import MAX_DEPTH, MAX_TAG_BYTES
from teststand_runner.reading.xml_form.document_readers import DocumentReader
from teststand_runner.reading.xml_form.readers import Reader, Reading

MAX_ELEMENT_DEPTH = 4 * MAX_DEPTH
"""A property within an array is four elements deeper than the array."""

_CHUNK = 64 * 1024


def read_xml(data: bytes) -> PropertyFile:
    """Return the properties of an XML sequence file.

    Args:
        data: The file, with or without a byte order mark; in UTF-8, whatever it says of itself.

    Raises:
        SequenceFileError: It is damaged, or has too much; it names the line and the property.
    """
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    document = _Document(parser)
    try:
        # In pieces: the parser would make a second copy of the whole.
        for start in range(0, len(data), _CHUNK):
            parser.Parse(data[start : start + _CHUNK], False)
            document.check_progress(min(start + _CHUNK, len(data)))
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        what = f"not well-formed XML, or cut off: {expat.ErrorString(error.code)}."
        raise document.wrong(what, error.lineno, error.offset) from None
    else:
        return document.finished()
    finally:
        document.let_go()


class _Document(Reading):
    """The open elements of a file that is being read, outermost first."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        super().__init__()
        self._parser = parser
        self._whole = DocumentReader(self)
        self._open: list[Reader] = [self._whole]
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = self.refuse_document_type
        parser.ProcessingInstructionHandler = self.refuse_instruction

    @property
    def line(self) -> int:
        """The line that is being read, from 1."""
        return self._parser.CurrentLineNumber

    def check_progress(self, given: int) -> None:
        """Refuse a tag that does not end: its attributes would take much memory.

        Args:
            given: How many bytes the parser was given.
        """
        if given - self._parser.CurrentByteIndex > MAX_TAG_BYTES:
            raise self.too_large(f"a tag or comment has more than {MAX_TAG_BYTES} bytes.")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        if len(self._open) > MAX_ELEMENT_DEPTH:
            raise self.too_large(f"elements are nested more than {MAX_ELEMENT_DEPTH} deep.")
        self._open.append(self._open[-1].child(tag, attributes))

    def end(self, _tag: str) -> None:
        """Close the innermost element."""
        self._open[-1].end()
        self._open.pop()

    def text(self, text: str) -> None:
        """Take text of the innermost element."""
        self._open[-1].text(text)

    def refuse_document_type(self, *_declaration: object) -> None:
        """Refuse a `<!DOCTYPE`, and with it all entities."""
        raise self.wrong("a document type (<!DOCTYPE) is not allowed; sequence files need none.")

    def refuse_instruction(self, target: str, _data: str) -> None:
        """Refuse a `<?...?>` in the file: nothing here would follow it."""
        raise self.wrong(f"the processing instruction {quoted(target)} is not allowed.")

    def wrong(self, what: str, line: int = 0, column: int = 0) -> SequenceFileError:
        """Return the error that says what is wrong, here or where the parser says."""
        return DamagedFileError(what, place=self._place(line, column), path=self._path())

    def too_large(self, what: str) -> SequenceFileError:
        """Return the error that says what there is too much of here."""
        return FileTooLargeError(what, place=self._place(), path=self._path())

    def _place(self, line: int = 0, column: int = 0) -> str:
        if not line:
            line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber
        return f"line {line}, column {column + 1}"

    def _path(self) -> str:
        return "".join(reader.step for reader in self._open).removeprefix(".")

    def finished(self) -> PropertyFile:
        """Return what was read, once the parser is content."""
        return self._whole.finished()

    def let_go(self) -> None:
        """Drop the parser and what was read: they hold each other, and could stay for long."""
        self._parser.StartElementHandler = None
        self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None
        self._parser.StartDoctypeDeclHandler = None
        self._parser.ProcessingInstructionHandler = None
        self._open.clear()
        del self._whole
