"""As much of a Dockerfile as the tests beside this file ask about."""

import json
import re
import shlex

Instruction = tuple[str, str]  # its name and the rest of it, continuation lines joined
INSTALL = re.compile(r"pip install (?:--\S+ \S+ )*'?\.(?:\[(?P<extras>[\w,]+)\])?'?(?:\s|$)")


class Dockerfile:
    """`stages`: name -> (what it is built on, its instructions)."""

    def __init__(self, text: str) -> None:
        self.stages: dict[str, tuple[str, list[Instruction]]] = {}
        name = ""
        for word, rest in _instructions(text):
            if word == "FROM":
                base, _, name = rest.partition(" AS ")
                self.stages[name] = (base, [])
            elif name:
                self.stages[name][1].append((word, rest))

    def chain(self, target: str) -> list[Instruction]:
        """All instructions of a target, those of the stages that it is built on first."""
        if target not in self.stages:
            return []
        base, instructions = self.stages[target]
        return [*self.chain(base), *instructions]

    def command(self, target: str) -> list[str]:
        loaded: list[str] = json.loads(dict(self.chain(target))["CMD"])
        return loaded

    def environment(self, target: str) -> dict[str, str]:
        pairs = [pair for word, rest in self.chain(target) if word == "ENV" for pair in shlex.split(rest)]
        return dict(pair.split("=", 1) for pair in pairs)

    def copied(self, stage: str) -> str:
        """The files that a stage takes from the repository."""
        rests = [rest for word, rest in self.stages[stage][1] if word == "COPY" and "--from" not in rest]
        return " ".join(rest.rpartition(" ")[0] for rest in rests)

    def installed_extras(self, target: str) -> list[str]:
        """What pip installs of our project into a target's virtual environment; "" for the plain dependencies."""
        extras: list[str] = []
        for word, rest in self.chain(target):
            source = re.match(r"--from=(\w+) /opt/venv ", rest)
            if word == "COPY" and source:
                extras += self.installed_extras(source[1])
            if word == "RUN" and "pip install" in rest:
                extras += _extras(rest)
        return extras


def _extras(command: str) -> list[str]:
    found = INSTALL.search(command)
    assert found, f"not a way of installing that the tests understand: {command}"
    return (found["extras"] or "").split(",")


def _instructions(text: str) -> list[Instruction]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in joined.splitlines() if line.strip()]
