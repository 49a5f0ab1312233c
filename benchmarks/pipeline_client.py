"""The control of ``pipeline.py``: what the API's client alone costs for the calls that one bill takes.

``python benchmarks/pipeline_client.py URL PDF BILLS AT_ONCE`` uploads and asks as the pipeline does, with nothing
around it, and prints the milliseconds of processor time for each bill.
"""

import asyncio
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from ingest.bayou.client import BayouClient
from ingest.bayou.transport import open_session


async def main(url: str, pdf: Path, bills: int, at_once: int) -> None:
    """Prints one number."""
    async with open_session() as session:
        client = BayouClient(session, base_url=url, api_key="key", max_in_flight=at_once)
        numbers = iter(range(bills))

        async def work() -> None:
            for number in numbers:
                uploaded = await client.upload(pdf, external_id=f"control-{number}", filename=pdf.name)
                while (await client.bill(uploaded.id)).is_unparsed:
                    pass

        before = _cpu()
        await asyncio.gather(*(work() for _ in range(at_once)))
        print(1000 * (_cpu() - before) / bills)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
