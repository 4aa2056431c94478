"""邮件.toml: the mail server and how to send. All errors are reported at once, and then nothing is sent."""

import ipaddress
import re
import ssl
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lianghua_batch.core import mail_addresses, os_errors, resources
from lianghua_batch.mail import sanitise

SMTPS, STARTTLS, PLAIN = "smtps", "starttls", "none"
RFC2231, RFC2047 = "rfc2231", "rfc2047"
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")
_HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*")
_LONGEST_HOST = 253
_SYNTAX = r'"<>@,;:\()[]'  # characters that would need quoting in a sender's name


class WrongSettings(Exception):
    """The settings cannot be used; each of `sentences` says why and what to do."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Sender:
    """A From: an address with or without a name."""

    name: str
    address: str


@dataclass(frozen=True)
class Server:
    """The mail server and how to connect; `user` None: without login. The password is not part of it."""

    host: str
    port: int
    security: str
    user: str | None
    ca_file: Path | None
    timeout: int


@dataclass(frozen=True)
class Pace:
    """How fast to send, and how often to try one message."""

    per_minute: int
    attempts: int
    backoff_seconds: int


@dataclass(frozen=True)
class Settings:
    """Everything that 邮件.toml says."""

    server: Server
    sender: Sender
    reply_to: str | None
    contact: str | None
    objections_until: str | None
    attachment_names: str
    operators: tuple[str, ...]
    pace: Pace


def path(folder: Path) -> Path:
    """The path of a data folder's settings."""
    return folder / resources.load("reading")["mail_settings_name"]


def sample() -> str:
    """Return a settings file to start from."""
    return resources.load("messages/mail")["sample"]


def read(folder: Path) -> Settings | None:
    """Read the settings of a data folder; None where there are none. Raises WrongSettings."""
    file = path(folder)
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        as_text = file.with_name(f"{file.name}.txt")  # as editors save it that hide file extensions
        if as_text.is_file():
            raise WrongSettings([_sentence("text", file, found=as_text.name)]) from None
        return None
    except OSError as error:
        reasons = {"reason": os_errors.reason(error), "remedy": os_errors.remedy(error)}
        raise WrongSettings([_sentence("unreadable", file, **reasons)]) from None
    return parse(content, file)


def parse(content: bytes, file: Path) -> Settings:
    """Return the settings in the bytes of a file; a ca_file is relative to it. Raises WrongSettings."""
    found = _Values(_toml(content, file), file)
    settings = found.settings()
    if found.wrong:
        raise WrongSettings(found.wrong)
    return settings


def _sentence(why: str, file: Path, **words: object) -> str:
    return resources.load("messages/mail")["wrong_settings"][why].format(file=file.name, **words)


def _toml(content: bytes, file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))  # Notepad writes a byte order mark
    except UnicodeDecodeError:
        raise WrongSettings([_sentence("encoding", file)]) from None
    except (ValueError, RecursionError) as error:  # absurd numbers and nesting raise other errors
        raise WrongSettings([_syntax(str(error), file)]) from None


def _syntax(message: str, file: Path) -> str:
    """The sentence for a TOML error; Python's message ends with the line and column."""
    place = _PLACE.search(message)
    return _sentence("end", file) if place is None else _sentence("syntax", file, line=place[1], column=place[2])


@dataclass
class _Values:
    """Reads the values of a file one by one; errors are collected in `wrong`."""

    raw: Mapping[str, Any]
    file: Path
    wrong: list[str] = field(default_factory=list)

    def settings(self) -> Settings | None:
        known = resources.load("messages/mail")["settings"]
        self._unknown(known)
        values = {section: {key: self._value(section, key) for key in keys} for section, keys in known.items()}
        if self.wrong:
            return None
        smtp, message = values["smtp"], values["message"]
        server = Server(**smtp)
        self._check(server)
        return Settings(
            server=server,
            sender=message.pop("from"),
            operators=values["operators"]["to"],
            pace=Pace(**values["pace"]),
            **message,
        )

    def _unknown(self, known: Mapping[str, Mapping[str, Any]]) -> None:
        for section, keys in self.raw.items():
            if section not in known:
                names = _listed(f"[{name}]" for name in known)
                self.wrong.append(_sentence("section", self.file, section=sanitise.name(section), known=names))
            elif not isinstance(keys, dict):
                self.wrong.append(_sentence("no_section", self.file, section=section))
            else:
                for key in (k for k in keys if k not in known[section]):
                    words = {"section": section, "key": sanitise.name(key), "known": _listed(known[section])}
                    self.wrong.append(_sentence("key", self.file, **words))

    def _value(self, section: str, key: str) -> Any:
        """One value, None where it is not there or wrong."""
        spec = resources.load("messages/mail")["settings"][section][key]
        keys = self.raw.get(section, {})
        if not isinstance(keys, dict):
            return None
        if key not in keys:
            if spec.get("required"):
                words = {"section": section, "key": key, "note": spec["note"], "example": spec["example"]}
                self.wrong.append(_sentence("missing", self.file, **words))
            default = spec.get("default")
            return tuple(default) if isinstance(default, list) else default
        value = _KINDS[spec["kind"]](keys[key], spec, self.file)
        if value is None:
            words = {"section": section, "key": key, "kind": _kind(spec), "example": spec["example"]}
            self.wrong.append(_sentence("value", self.file, **words))
        return value

    def _check(self, server: Server) -> None:
        """Checks of several values: unencrypted sending over a network, unusable certificates."""
        if server.security == PLAIN and not _loopback(server.host):
            self.wrong.append(_sentence("plain", self.file, host=server.host))
        if server.ca_file is not None and (reason := _no_certificates(server.ca_file)):
            self.wrong.append(_sentence("ca_file", self.file, path=server.ca_file.name, reason=reason))


def _listed(names: Iterable[str]) -> str:
    return resources.load("messages/mail")["list_separator"].join(names)


def _kind(spec: Mapping[str, Any]) -> str:
    """The description of a valid value."""
    words = resources.load("messages/mail")
    choices = _listed(f'"{choice}"' for choice in spec.get("choices", ()))
    limits = {"least": spec.get("least"), "most": spec.get("most"), "longest": words["longest_text"]}
    return words["kinds"][spec["kind"]].format(choices=choices, **limits)


def _loopback(host: str) -> bool:
    address = _ip(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _no_certificates(file: Path) -> str | None:
    """Why a file cannot serve as the certificates to trust."""
    try:
        ssl.create_default_context(cafile=str(file))
    except ssl.SSLError:
        return resources.load("messages/mail")["not_certificates"]
    except OSError as error:
        return os_errors.reason(error)
    return None


# --- values --------------------------------------------------------------------------------------------------------


def _text(value: object, spec: Mapping[str, Any], file: Path) -> str | None:
    fits = isinstance(value, str) and 0 < len(value) <= resources.load("messages/mail")["longest_text"]
    return value if fits and sanitise.harmless(value) == value else None


def _ascii(value: object, spec: Mapping[str, Any], file: Path) -> str | None:
    text = _text(value, spec, file)
    return text if text is not None and text.isascii() and text.isprintable() else None


def _host(value: object, spec: Mapping[str, Any], file: Path) -> str | None:
    """A name or an IP address, without port or anything else around it."""
    host = _ascii(value, spec, file)
    named = host is not None and len(host) <= _LONGEST_HOST and _HOST.fullmatch(host)
    return host if named or (host is not None and _ip(host) is not None) else None


def _whole(value: object, spec: Mapping[str, Any], file: Path) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and spec["least"] <= value <= spec["most"]
    return value if fits else None


def _choice(value: object, spec: Mapping[str, Any], file: Path) -> str | None:
    return value if isinstance(value, str) and value in spec["choices"] else None


def _file(value: object, spec: Mapping[str, Any], file: Path) -> Path | None:
    text = _text(value, spec, file)
    return None if text is None else file.parent / text


def _address(value: object, spec: Mapping[str, Any], file: Path) -> str | None:
    return value if isinstance(value, str) and mail_addresses.valid(value) else None


def _addresses(value: object, spec: Mapping[str, Any], file: Path) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(_address(each, spec, file) for each in value):
        return None
    return tuple({each.lower(): each for each in value}.values())


def _sender(value: object, spec: Mapping[str, Any], file: Path) -> Sender | None:
    """An address, or a name and <an address>; a name that would need quoting is refused."""
    text = _text(value, spec, file)
    if text is None:
        return None
    name, opened, rest = text.rpartition("<")
    address = rest.removesuffix(">") if opened else text
    whole = mail_addresses.valid(address) and (not opened or rest.endswith(">"))
    return Sender(name.strip(), address) if whole and not set(name) & set(_SYNTAX) else None


_KINDS: Mapping[str, Callable[[object, Mapping[str, Any], Path], Any]] = {
    "text": _text,
    "user": _ascii,
    "host": _host,
    "whole": _whole,
    "choice": _choice,
    "file": _file,
    "address": _address,
    "addresses": _addresses,
    "sender": _sender,
}
