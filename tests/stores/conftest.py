import pytest

from bot.stores.memory_cases import MemoryCases
from bot.stores.memory_staff import MemoryStaff
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases
from bot.stores.sqlite_staff import SqliteStaff
from tests.stores.shelf import Shelf


@pytest.fixture(params=["memory", "sqlite"])
async def shelf(request, tmp_path):
    if request.param == "memory":
        cases = MemoryCases()
        yield Shelf(cases, MemoryStaff(cases), None)
        return
    database = await Database.open(tmp_path / "cases.sqlite")
    yield Shelf(SqliteCases(database), SqliteStaff(database), database)
    await database.close()
