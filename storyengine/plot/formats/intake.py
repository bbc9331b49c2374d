"""Bytes from anywhere become texts, within bounds: encodings, folders and archives, before any format is looked at."""

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from storyengine.errors import Refused
from storyengine.plot.formats.reasons import Reason, because
from storyengine.plot.formats.report import Report, line_of

MAX_BYTES = 64 * 1024 * 1024  # of one file, and of all the files of one archive together, unpacked
MAX_FILES = 2000
TEXT_ENDINGS = {
    ".twee",
    ".tw",
    ".tw2",
    ".twee2",
    ".twee3",
    ".txt",
    ".ink",
    ".yarn",
    ".json",
    ".html",
    ".htm",
    ".yarnproject",
}
HIGH, PAIRS = re.compile(rb"[\x80-\xff]+"), re.compile(rb"(?:[\xa1-\xf7][\xa1-\xfe])+")
LONE = re.compile("[\ud800-\udfff]")
BOMS = [
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """One text and its file's name; line ends are \\n."""

    name: str
    text: str

    @property
    def ending(self) -> str:
        return PurePosixPath(self.name).suffix.lower()

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem


def take_path(path: Path, report: Report) -> list[Sheet]:
    """A file, an archive, or a folder's texts. Raises Refused("story.invalid"), "story.too_large"."""
    try:
        if not path.is_dir():
            if path.stat().st_size > MAX_BYTES:
                raise _too_large()
            return take(path.name, path.read_bytes(), report)
        found = sorted(item for item in path.rglob("*") if item.suffix.lower() in TEXT_ENDINGS and item.is_file())
        if sum(item.stat().st_size for item in found) > MAX_BYTES or len(found) > MAX_FILES:
            raise _too_large()
        return _sheets(((item.relative_to(path).as_posix(), item.read_bytes()) for item in found), report)
    except OSError as error:
        raise Refused("story.invalid", reason=because("file.system", path=path, error=error.strerror)) from error


def take(name: str, data: bytes, report: Report) -> list[Sheet]:
    """An upload as texts: one, or those of a zip archive in the order of their names."""
    files = list(unpack(name, data))
    return _sheets(files, report) if _is_archive(data) else [Sheet(files[0][0], decode(data, report))]


def unpack(name: str, data: bytes, *, also: Collection[str] = ()) -> Iterable[tuple[str, bytes]]:
    """A file, or the texts of a zip archive in the order of their names; `also`: further endings of texts."""
    if len(data) > MAX_BYTES:
        raise _too_large()
    return _unzipped(data, also) if _is_archive(data) else [(PurePosixPath(name).name, data)]


def _is_archive(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04")


def decode(data: bytes, report: Report) -> str:
    """The text; by its byte order mark, as UTF-8, as UTF-16 without a mark, else as Chinese or Windows-1252, noted."""
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return _clean(_strictly(data[len(mark) :], encoding, report), report)
    try:
        return _clean(data.decode(), report)
    except UnicodeDecodeError as error:
        wide = _wide(data)
        if wide:
            return _clean(_strictly(data, wide, report), report)
        line = data.count(b"\n", 0, error.start) + 1
        is_chinese = _is_chinese(data)
        report.warn(line, "file.chinese" if is_chinese else "file.encoding")
        return _clean(data.decode("gb18030" if is_chinese else "cp1252", "replace"), report)


def _strictly(data: bytes, encoding: str, report: Report) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "ignore").count("\n") + 1
        raise report.refuse(line, "file.encoding", encoding=encoding) from error


def _wide(data: bytes) -> str:
    """UTF-16 without a mark shows by the zeros in every other byte."""
    head = data[:4000]
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if len(data) % 2 == 0 and zeros and zeros.count(0) > len(zeros) * 0.4:
            return encoding
    return ""


def _is_chinese(data: bytes) -> bool:
    """Chinese of before Unicode is pairs of bytes that are both high; accents of European texts stand alone."""
    high = sum(map(len, HIGH.findall(data)))
    return sum(map(len, PAIRS.findall(data))) > high * 0.8


def _clean(text: str, report: Report) -> str:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    nul = text.find("\x00")
    if nul >= 0:
        raise report.refuse(line_of(text, nul), "file.binary")
    half = LONE.search(text)
    if half:
        raise report.refuse(line_of(text, half.start()), "file.half")
    return text


def _unzipped(data: bytes, also: Collection[str]) -> Iterable[tuple[str, bytes]]:
    """The texts of an archive. What it claims to hold is not believed: bytes are counted as they come out."""
    left, name = MAX_BYTES, ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [item for item in archive.infolist() if _is_text(item.filename, also)]
            if len(archive.infolist()) > MAX_FILES * 5 or len(members) > MAX_FILES:
                raise _too_large()
            for item in sorted(members, key=lambda item: item.filename):
                name = item.filename
                with archive.open(item) as file:
                    unpacked = file.read(left + 1)
                left -= len(unpacked)
                if left < 0:
                    raise _too_large(name)
                yield item.filename, unpacked
    # A damaged archive can fail in any of these ways, an encrypted one with RuntimeError.
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, zlib.error) as error:
        fault = because("file.archive", error=error)
        raise Refused("story.invalid", reason=_in_file(name, fault)) from error


def _is_text(name: str, also: Collection[str]) -> bool:
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    ending = PurePosixPath(name).suffix.lower()
    return (ending in TEXT_ENDINGS or ending in also) and not hidden


def _sheets(files: Iterable[tuple[str, bytes]], report: Report) -> list[Sheet]:
    sheets = []
    for name, data in files:
        report.file = name
        sheets.append(Sheet(name, decode(data, report)))
    report.file = ""
    if not sheets:
        raise Refused("story.invalid", reason=because("file.none"))
    return sheets


def _too_large(name: str = "") -> Refused:
    return Refused(
        "story.too_large", reason=_in_file(name, because("file.large", size=MAX_BYTES >> 20, number=MAX_FILES))
    )


def _in_file(name: str, fault: Reason) -> Reason:
    return because("at.place", place=name, fault=fault) if name else fault
