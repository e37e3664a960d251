"""How long a browser takes to open a case of 4 KB that is sealed to twenty people.

    flock /tmp/bench.lock .venv/bin/python -m tests.bench.open_case

Prints milliseconds: with the place in the roster known (as the console has it), and without.
"""

import asyncio
import base64
import json
import statistics
import tempfile
from pathlib import Path

from bot.sealing import envelope
from bot.sealing.envelope import Header
from tests.console.stage import AMAL, Person, chromium, sign_in, staged, window

OPEN = """async ([static_, sealed, expected, times]) => {
  const { trustedRosters } = await import(`${static_}/rosters.js`);
  const { vault } = await import(`${static_}/vault.js`);
  await trustedRosters();
  const taken = [];
  for (let turn = 0; turn < times; turn += 1) {
    const start = performance.now();
    await vault.open(sealed, expected);
    taken.push(performance.now() - start);
  }
  return taken;
}"""


async def main() -> None:
    # Amal stands last of twenty: without her place every other key would be tried first.
    people = (*(Person(f"colleague-{number:02}") for number in range(19)), AMAL)
    with tempfile.TemporaryDirectory() as folder:
        async with staged(Path(folder), people) as stage, chromium() as browser:
            case = bytes(range(16))
            header = Header(kind="report", case=case, roster=1, hour=9, lang="ar", schema=1)
            body = {"text": "س" * 2_000}
            sealed = envelope.seal_case(header, body, stage.desk.rosters().recipients)
            page = await sign_in(await window(browser), stage, AMAL)
            static = await page.get_attribute("#frame", "data-static")
            asked = {"kind": "report", "case": case.hex(), "seq": [0], "prev": ""}
            print(f"{len(sealed):,} bytes, {len(people)} readers")
            for name, version in (("place known", 1), ("place unknown", 99)):
                given = [static, base64.b64encode(sealed).decode(), {**asked, "sealedFor": version}, 15]
                taken = json.loads(json.dumps(await page.evaluate(OPEN, given)))
                print(f"{name}: first {taken[0]:.0f}, median {statistics.median(taken):.0f},"
                      f" slowest {max(taken):.0f} ms")


if __name__ == "__main__":
    asyncio.run(main())
