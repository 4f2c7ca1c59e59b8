"""The processes that train together: one, or those that `torchrun` starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.distributed_c10d import PrefixStore
from torch.distributed.rendezvous import rendezvous

from trm_core.errors import UserError

_Value = TypeVar("_Value")


class PartedError(RuntimeError):
    """Another process of the group has ended, or cannot be reached."""


@dataclass(frozen=True)
class Group:
    """This process's place among `size` processes; with one, there is nobody to talk to."""

    rank: int = 0
    size: int = 1

    @classmethod
    def join(cls, device: torch.device) -> Group:
        """Meet the processes that torchrun's environment names, if it is set. Raises UserError."""
        size = int(os.environ.get("WORLD_SIZE", "1"))
        if size == 1:
            return cls()
        # The first step of an optimizer imports this. Imported when the group is there, it holds on
        # to it, whose threads then outlive `leave` and now and then abort the ending interpreter.
        import torch._dynamo  # noqa: F401

        backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
        timeout = timedelta(hours=2)  # the leader may make puzzles meanwhile
        try:
            store, rank, size = next(rendezvous("env://", timeout=timeout))
            # torchrun keeps its store when it restarts a group: without a name of its own, the new
            # one may find the addresses of the killed one there
            store = PrefixStore(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"), store)
            dist.init_process_group(
                backend, timeout=timeout, store=store, rank=rank, world_size=size
            )
        except (RuntimeError, ValueError) as error:
            said = str(error).partition("\n")[0]
            raise UserError(f"the processes of the group did not meet: {said}") from None
        return cls(rank, size)

    @staticmethod
    def device_of(chosen: torch.device) -> torch.device:
        """Where torchrun starts several processes on a machine, each has the GPU of its number."""
        local_rank = os.environ.get("LOCAL_RANK")
        if str(chosen) == "cuda" and local_rank is not None:
            chosen = torch.device("cuda", int(local_rank))
            torch.cuda.set_device(chosen)
        return chosen

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def part(self, total: int) -> slice:
        """This process's share of `total` samples, a multiple of the number of processes."""
        each = total // self.size
        return slice(self.rank * each, (self.rank + 1) * each)

    def sum(self, tensor: Tensor) -> Tensor:
        """`tensor`, replaced by its sum over all processes."""
        if self.size > 1:
            with _together():
                dist.all_reduce(tensor)
        return tensor

    def gather(self, tensor: Tensor) -> list[Tensor]:
        """The `tensor` of every process, in order; all have the same shape."""
        if self.size == 1:
            return [tensor]
        as_bytes = tensor.contiguous().view(torch.uint8)  # so that any dtype can travel
        parts = [torch.empty_like(as_bytes) for _ in range(self.size)]
        with _together():
            dist.all_gather(parts, as_bytes)
        return [part.view(tensor.dtype) for part in parts]

    def gather_objects(self, value: _Value) -> list[_Value]:
        """The `value`, anything that can be pickled, of every process, in order."""
        if self.size == 1:
            return [value]
        values: list[_Value | None] = [None] * self.size
        with _together():
            dist.all_gather_object(values, value)
        return values  # type: ignore[return-value]

    def agreed(self, value: _Value) -> _Value:
        """The leader's `value`, for all."""
        if self.size == 1:
            return value
        values = [value]
        with _together():
            dist.broadcast_object_list(values, src=0, device=torch.device("cpu"))
        return values[0]

    def led(self, work: Callable[[], _Value]) -> _Value:
        """What `work` gives the leader, for all; a UserError that it raises is raised in all."""
        value: _Value | None = None
        failure: UserError | None = None
        if self.leads:
            try:
                value = work()
            except UserError as error:
                failure = error
        if told := self.agreed(None if failure is None else str(failure)):
            raise failure or UserError(told)
        return self.agreed(value)  # type: ignore[return-value]

    def leave(self) -> None:
        """Part from the others; to be called at the end."""
        if self.size > 1:
            dist.destroy_process_group()


@contextmanager
def _together() -> Iterator[None]:
    """Raises PartedError where the processes cannot do the block together: of gloo's and NCCL's
    errors most are plain RuntimeErrors."""
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        raise PartedError(str(error)) from error
