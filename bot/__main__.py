"""The command line: ``keepword run``, ``check``, ``train``, ``try``, ``queue``, ``report``, ``doctor`` and others.

Results go to stdout, logs and progress to stderr. Exit codes: 0 done, 1 it found something wrong, 2 it could not start.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import __version__
from bot.commands.printing import Format
from bot.core.errors import ContentError, KeepwordError, SettingsError
from bot.core.report import By, Per
from bot.settings import Settings, read_settings

cli = typer.Typer(
    name="keepword",
    help="Keepword: a customer-support bot for Telegram that keeps its word.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ContentFolder = Annotated[
    Path | None, typer.Option("--content", help="Folder with intents/, responses/ and standards.yml.")
]


def main() -> None:
    """Run the command line; what went wrong on purpose is told in plain words, without a traceback."""
    try:
        cli()
    except ContentError as error:
        print(error, file=sys.stderr)  # noqa: T201  # what is wrong, for the person at the keyboard
        sys.exit(1)
    except KeepwordError as error:
        print(f"keepword: {error}", file=sys.stderr)  # noqa: T201  # the same
        sys.exit(2)


def _settings(content: Path | None = None) -> Settings:
    return read_settings(**({"content": content} if content else {}))


@cli.command()
def run() -> None:
    """Serve Telegram; without a token, serve the built-in simulator."""
    from bot.commands.serving import serve

    serve(_settings())


@cli.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="The content folder.")] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Then look for what only the model sees; takes minutes.")
    ] = False,
) -> None:
    """Check the content files: every problem with its file, line and remedy."""
    from bot.commands.content import check_content

    settings = _settings(folder)
    code = check_content(settings.content)
    if deep and code == 0:
        from bot.commands.hints import deep_hints

        deep_hints(settings)
    raise typer.Exit(code)


@cli.command()
def train(content: ContentFolder = None) -> None:
    """Train the pipeline on the content files, and test it on their `check:` sentences."""
    from bot.commands.content import train_pipeline

    raise typer.Exit(train_pipeline(_settings(content)))


@cli.command(name="try")
def try_(
    text: Annotated[str, typer.Argument(help="What a customer might write.")],
    at: Annotated[
        datetime | None, typer.Option(help="As if it were this time (ISO 8601; without a zone: ours).")
    ] = None,
    language: Annotated[str | None, typer.Option(help="As if the customer had chosen this language.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of words.")] = False,
    content: ContentFolder = None,
) -> None:
    """Explain what the bot would say to this, and why."""
    from bot.commands.understanding import try_message

    try_message(_settings(content), text, at=at, language=language, as_json=as_json)


@cli.command()
def classify(content: ContentFolder = None) -> None:
    """Understand each line of stdin: one JSON object a line on stdout, in order."""
    from bot.commands.understanding import classify_lines

    classify_lines(_settings(content), sys.stdin.buffer, sys.stdout)


@cli.command()
def evaluate(
    train: Annotated[
        Path | None, typer.Option(help="Examples to train on: text<TAB>intent, with a header line.")
    ] = None,
    test: Annotated[Path | None, typer.Option(help="Messages to test on, in the same form.")] = None,
    oos: Annotated[Path | None, typer.Option(help="Messages that are none of the intents.")] = None,
    shots: Annotated[int | None, typer.Option(help="Train on this many examples of each intent.")] = None,
    seed: Annotated[int, typer.Option(help="Chooses which.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    picture: Annotated[
        Path | None, typer.Option(help="Where to draw what own examples are taken for (an SVG).")
    ] = None,
    content: ContentFolder = None,
) -> None:
    """Measure how well the own content is understood; with --train and --test, any labelled messages."""
    settings = _settings(content)
    if train is not None and test is not None:
        from bot.commands.understanding import evaluate_pipeline

        evaluate_pipeline(settings, train, test, oos, shots=shots, seed=seed, as_json=as_json)
    elif train is None and test is None and oos is None and shots is None:
        from bot.commands.evaluating import evaluate_content

        evaluate_content(settings, picture=picture, as_json=as_json)
    else:
        raise SettingsError("Give both --train and --test, or neither (then the content's own examples are measured).")


@cli.command()
def preview(
    folder: Annotated[Path | None, typer.Argument(help="The edited content, such as a draft.")] = None,
    messages: Annotated[Path | None, typer.Option(help="Try these, one a line, instead of past messages.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many messages at most, the newest ones.")] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List which decisions about past messages would change if edited files went live."""
    from bot.commands.preview import preview as show_preview

    raise typer.Exit(show_preview(_settings(), folder, messages, most=most, as_json=as_json))


content_commands = typer.Typer(
    no_args_is_help=True, help="Versions of the content: what was live, drafts, and the way back."
)
cli.add_typer(content_commands, name="content")


@content_commands.command(name="history")
def content_history(as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False) -> None:
    """List when which content went live and what changed, the newest first."""
    from bot.commands.versions import show_history

    show_history(_settings(), as_json=as_json)


@content_commands.command(name="diff")
def content_diff(
    version: Annotated[str | None, typer.Argument(help="Compare with this version. Default: what is live.")] = None,
) -> None:
    """Show how the files differ from what is live, or from an older version."""
    from bot.commands.versions import show_diff

    raise typer.Exit(show_diff(_settings(), version))


@content_commands.command(name="rollback")
def content_rollback(
    version: Annotated[str | None, typer.Argument(help="Its first letters do. Default: the one before.")] = None,
    set_aside: Annotated[bool, typer.Option("--set-aside", help="Keep a copy of edits that were never live.")] = False,
) -> None:
    """Put the files of an earlier version back. A running bot has them within seconds."""
    from bot.commands.versions import roll_back

    roll_back(_settings(), version, set_aside=set_aside)


@content_commands.command(name="draft")
def content_draft(
    draft: Annotated[Path, typer.Argument(help="A folder that is not there yet.")] = Path("draft"),
) -> None:
    """Copy the content to a folder where it can be edited without being live."""
    from bot.commands.versions import make_draft

    make_draft(_settings(), draft)


@content_commands.command(name="publish")
def content_publish(
    draft: Annotated[Path, typer.Argument(help="The draft's folder.")] = Path("draft"),
    anyway: Annotated[bool, typer.Option("--anyway", help="Even if the live files changed after it was made.")] = False,
    set_aside: Annotated[bool, typer.Option("--set-aside", help="Keep a copy of edits that were never live.")] = False,
) -> None:
    """Make a draft live, if nothing is wrong with it."""
    from bot.commands.versions import publish

    raise typer.Exit(publish(_settings(), draft, anyway=anyway, set_aside=set_aside))


@cli.command()
def gaps(
    most: Annotated[int, typer.Option(min=1, help="How many groups at most, the largest ones.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    content: ContentFolder = None,
) -> None:
    """List what the bot could not answer, gathered by meaning, and which intents it may belong to."""
    from bot.commands.learning import show_gaps

    show_gaps(_settings(content), most=most, as_json=as_json)


proposals = typer.Typer(
    invoke_without_command=True, help="List the examples that colleagues propose; approve or reject them."
)
cli.add_typer(proposals, name="proposals")

Numbers = Annotated[list[int], typer.Argument(help="Their numbers in the list.")]


@proposals.callback()
def list_proposals(
    called: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False
) -> None:
    """List the examples that colleagues propose; approve or reject them."""
    from bot.commands.learning import show_proposals

    if called.invoked_subcommand is None:
        show_proposals(_settings(), as_json=as_json)


@proposals.command(name="approve")
def approve_proposals(
    numbers: Numbers,
    text: Annotated[str | None, typer.Option(help="Write this instead of the proposed words.")] = None,
) -> None:
    """Write proposed examples into the files."""
    from bot.commands.learning import approve

    approve(_settings(), numbers, text)


@proposals.command(name="reject")
def reject_proposals(numbers: Numbers) -> None:
    """Put proposed examples away for good."""
    from bot.commands.learning import reject

    reject(_settings(), numbers)


@cli.command()
def queue(as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False) -> None:
    """List the promises that are open, the most urgent first. Works while the bot runs."""
    from bot.commands.queue import show_queue

    show_queue(_settings(), as_json=as_json)


@cli.command()
def aside(
    last: Annotated[int, typer.Option(min=1, help="So many, the newest.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List what came and was not dealt with, and why. Works while the bot runs."""
    from bot.commands.aside import show_aside

    show_aside(_settings(), last=last, as_json=as_json)


@cli.command()
def report(
    since: Annotated[
        datetime | None, typer.Option(help="From this moment on (ISO 8601; without a zone: ours).")
    ] = None,
    until: Annotated[datetime | None, typer.Option(help="Up to this moment, without it.")] = None,
    by: Annotated[By | None, typer.Option(help="A row for each of these, instead of one for all.")] = None,
    per: Annotated[Per | None, typer.Option(help="Causes of complaints in each of these, instead of figures.")] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TABLE,
    content: ContentFolder = None,
) -> None:
    """Report how fast answers came, how promises were kept and what was complained of. Works while the bot runs."""
    from bot.commands.reporting import Wanted, print_report

    print_report(_settings(content), Wanted(since, until, by, per, format_))


Chat = Annotated[int, typer.Argument(help="The customer's chat: the first number of their cases' ids.")]


@cli.command()
def export(chat: Chat) -> None:
    """Print all that is kept of a customer, as JSON. Works while the bot runs."""
    from bot.commands.mydata import export_customer

    export_customer(_settings(), chat)


@cli.command()
def erase(
    chat: Chat,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Even if they wait for a colleague: end that.")] = False,
) -> None:
    """Erase all that is kept of a customer; figures stay. Stop the bot first."""
    from bot.commands.mydata import erase_customer

    raise typer.Exit(erase_customer(_settings(), chat, withdraw=withdraw))


@cli.command()
def backup(file: Annotated[Path, typer.Argument(help="Where to: a .tar.gz that is not there yet.")]) -> None:
    """Write a backup of the store and read it again. Works while the bot runs."""
    from bot.commands.backup import take_backup

    take_backup(_settings(), file)


@cli.command()
def restore(file: Annotated[Path, typer.Argument(help="What `keepword backup` wrote.")]) -> None:
    """Put a backup where there is no store yet."""
    from bot.commands.backup import restore_backup

    restore_backup(_settings(), file)


@cli.command()
def doctor() -> None:
    """Check token, rights, webhook, content and store, and say what to do about what is wrong."""
    from bot.commands.doctor import see_doctor

    raise typer.Exit(see_doctor(_settings()))


@cli.command()
def version() -> None:
    """Print the version."""
    sys.stdout.write(json.dumps({"keepword": __version__}) + "\n")


if __name__ == "__main__":
    main()
