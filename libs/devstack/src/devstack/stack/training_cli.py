"""`unicard training`: what a training installation needs beyond the commands of every system."""

from __future__ import annotations

import os
import shutil
from typing import Annotated

import typer
from rich.console import Console

from devstack import training
from devstack.engines.process import EngineError
from devstack.settings import StackSettings
from devstack.stack import launch

console = Console(highlight=False, soft_wrap=True)
app = typer.Typer(no_args_is_help=True, help="The training installation beside the system.")


@app.callback()
def _of_training() -> None:
    """Every command here means the training installation."""
    os.environ[training.VARIABLE] = "true"


@app.command()
def reset(*, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Throw away all training data: the next course begins with `unicard up --training` as the first did."""
    settings = StackSettings.from_environment()
    if settings.postgres_url or settings.kafka:
        raise EngineError("its databases or topics are on servers of your own: drop them there")
    if not settings.folder.exists():
        console.print(f"nothing to reset in {settings.folder}")
        return
    if not training.is_marked(settings.folder):
        raise EngineError(f"{settings.folder} holds no training system: nothing is thrown away")
    if not yes:
        typer.confirm(f"Throw away everything in {settings.folder}?", abort=True)
    stopped = launch.stop(settings)
    shutil.rmtree(settings.folder)
    said = f"stopped: {', '.join(stopped)}; " if stopped else ""
    console.print(f"{said}training is empty; unicard up --training begins anew")


@app.command()
def where() -> None:
    """Say where the training installation is: its folder, its address, its SMS."""
    settings = StackSettings.from_environment()
    console.print(f"folder    {settings.folder}")
    console.print(f"address   {settings.url('edge')}")
    console.print(f"SMS       {settings.url('sink')}/messages")
