"""Files that were sent or uploaded, and the media objects that the Bot API makes of them."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, replace

from bot.simulator.errors import bad_request, too_large
from bot.simulator.measure import measure
from bot.simulator.samples import sample
from bot.simulator.wire import JsonObject, without_none

MEGABYTE = 1024 * 1024
LARGEST_DOWNLOAD = 20 * MEGABYTE
LARGEST_PHOTO = 10 * MEGABYTE
LARGEST_FILE = 50 * MEGABYTE

MEDIA = ("photo", "video", "voice", "video_note", "audio", "document", "sticker", "animation")
"""The kinds of media that are files."""

_TITLES = {"video_note": "VideoNote", "photo": "Photo", "video": "Video", "voice": "VoiceNote", "audio": "Audio",
           "document": "Document", "sticker": "Sticker", "animation": "Animation"}  # fmt: skip
_FOLDERS = {"photo": "photos", "video": "videos", "voice": "voice", "video_note": "video_notes", "audio": "music",
            "document": "documents", "sticker": "stickers", "animation": "animations"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that Telegram keeps. ``kind`` is None while it was uploaded but not yet sent as something."""

    file_id: str
    unique_id: str
    path: str
    url: str
    name: str
    mime: str
    data: bytes
    kind: str | None
    width: int = 0
    height: int = 0
    duration: int = 0

    def handle(self) -> JsonObject:
        """The fields that name it."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.data)}


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a message carries besides words: ``payload`` is its value in the Bot API under the name ``kind``."""

    kind: str
    payload: object
    file: StoredFile | None = None

    def as_json(self) -> JsonObject:
        """The fields of a ``Message``; as on Telegram an animation is a document too, and a venue a location."""
        fields: JsonObject = {self.kind: self.payload}
        if self.kind == "animation":
            fields["document"] = self.payload
        if self.kind == "venue" and isinstance(self.payload, dict):
            fields["location"] = self.payload["location"]
        return fields

    def as_page(self) -> JsonObject:
        """The ``media`` of a message on the page."""
        if self.file is None:
            fields = self.payload if isinstance(self.payload, dict) else {}
            return {"type": self.kind, **fields}
        file = self.file
        return {
            "type": self.kind,
            "file_id": file.file_id,
            "url": file.url,
            "name": file.name,
            "mime": file.mime,
            "size": len(file.data),
            "width": file.width or None,
            "height": file.height or None,
            "duration": file.duration or None,
        }


class Files:
    """All files, by id and by path. ``base`` is the path under which they are served, with a slash at its end."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._by_content: dict[tuple[str, str | None], StoredFile] = {}

    def keep(self, name: str, mime: str | None, data: bytes, kind: str | None = None) -> StoredFile:
        """Store bytes. Refuses what is empty or larger than Telegram takes (50 MB, photos 10 MB)."""
        if not data:
            raise bad_request("file must be non-empty")
        if len(data) > (LARGEST_PHOTO if kind == "photo" else LARGEST_FILE):
            raise too_large()
        number = len(self._by_id) + 1
        guessed = mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
        suffix = name[name.rfind(".") :] if "." in name else ""
        path = f"{_FOLDERS.get(kind or '', 'documents')}/file_{number}{suffix}"
        width, height = measure(data) or _USUAL_SIZES.get(kind or "", (0, 0))
        stored = StoredFile(
            file_id=f"SimulatedFileOf{_TITLES.get(kind or '', 'Upload')}AA{number:012d}",
            unique_id=f"AQAD{number:08d}",
            path=path,
            url=self.base + path,
            name=name,
            mime=guessed,
            data=data,
            kind=kind,
            width=width,
            height=height,
            duration=3 if kind in {"video", "voice", "audio", "video_note", "animation"} else 0,
        )
        self._by_id[stored.file_id] = self._by_path[path] = stored
        return stored

    def find(self, file_id: str) -> StoredFile:
        """The file of this id."""
        try:
            return self._by_id[file_id]
        except KeyError:
            raise bad_request("wrong file identifier/HTTP URL specified") from None

    def at(self, path: str) -> StoredFile | None:
        """The file under this path, if there is one."""
        return self._by_path.get(path)

    def sample(self, kind: str) -> StoredFile:
        """A small file of this kind; always the same one."""
        key = ("sample", kind)
        if key not in self._by_content:
            name, mime, data = sample(kind)
            self._by_content[key] = self.keep(name, mime, data, kind)
        return self._by_content[key]

    def sent_as(self, file: StoredFile, kind: str) -> StoredFile:
        """The same file as this kind of media. What was sent as one kind can't be sent by its id as another."""
        if file.kind == kind:
            return file
        if file.kind is not None:
            raise bad_request(f"can't use file of type {_TITLES[file.kind]} as {_TITLES[kind]}")
        key = (file.file_id, kind)
        if key not in self._by_content:
            self._by_content[key] = self.keep(file.name, file.mime, file.data, kind)
        return self._by_content[key]

    def attachment(self, file: StoredFile, kind: str, details: JsonObject | None = None) -> Attachment:
        """The media object of this kind. ``details`` are what the sender said of it (duration, title…)."""
        given = details or {}
        duration, width, height = (given.get(name) for name in ("duration", "width", "height"))
        file = replace(
            file,
            duration=duration if isinstance(duration, int) else file.duration,
            width=width if isinstance(width, int) else file.width,
            height=height if isinstance(height, int) else file.height,
        )
        return Attachment(kind, self._sizes(file) if kind == "photo" else _media(file, kind, given), file)

    def _sizes(self, file: StoredFile) -> list[JsonObject]:
        """A photo's sizes, smallest first. The small one is served with the same bytes."""
        full = {**file.handle(), "width": file.width, "height": file.height}
        longest = max(file.width, file.height)
        if longest <= 90:
            return [full]
        small_id = file.file_id + "s"
        self._by_id.setdefault(small_id, replace(file, file_id=small_id, unique_id=file.unique_id + "s"))
        small = {
            **self._by_id[small_id].handle(),
            "width": max(1, file.width * 90 // longest),
            "height": max(1, file.height * 90 // longest),
        }
        return [small, full]


def _media(file: StoredFile, kind: str, given: JsonObject) -> JsonObject:
    duration = {"duration": file.duration}
    frame = {"width": file.width, "height": file.height}
    named = {"file_name": file.name, "mime_type": file.mime}
    extra: dict[str, JsonObject] = {
        "video": {**frame, **duration, **named},
        "animation": {**frame, **duration, **named},
        "video_note": {"length": min(file.width, file.height), **duration},
        "voice": {**duration, "mime_type": file.mime},
        "audio": {**duration, **named, **without_none(performer=given.get("performer"), title=given.get("title"))},
        "document": {**named},
        "sticker": {
            **frame,
            "type": "regular",
            "is_animated": False,
            "is_video": False,
            "emoji": given.get("emoji", "🙂"),
        },
    }
    return {**file.handle(), **extra[kind]}


_USUAL_SIZES = {
    "photo": (800, 600),
    "video": (640, 360),
    "animation": (320, 240),
    "video_note": (240, 240),
    "sticker": (512, 512),
}
"""What a file is taken for that can't be measured."""
