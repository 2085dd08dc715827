"""aiosnow against the sandbox: look up, create, update, attach, query, errors."""

import asyncio
import json
import sys
from urllib.parse import urlparse
from urllib.request import Request, urlopen

from aiosnow import Client, TableModel
from aiosnow.exceptions import AiosnowException
from aiosnow.models import fields


class Incident(TableModel):
    sys_id = fields.String(is_primary=True)
    number = fields.String()
    short_description = fields.String()
    correlation_id = fields.String()
    work_notes = fields.String()


class User(TableModel):
    sys_id = fields.String(is_primary=True)
    name = fields.String()
    email = fields.String()


async def main(url):
    client = Client(urlparse(url).netloc, basic_auth=("admin", "admin"), use_ssl=False)
    email = "jo+aio@corp.example"
    async with User(client, table_name="sys_user") as users:
        made = await users.create({"name": "Jo", "email": email})
        found = await users.get(User.email == email)
        assert [row["sys_id"] for row in found.data] == [made["sys_id"]], found.data
        assert (await users.get(User.email == "nobody@corp.example")).data == []

    async with Incident(client, table_name="incident") as incidents:
        made = await incidents.create({"short_description": "from aiosnow", "correlation_id": "a1"})
        assert made.status == 201 and made["number"].startswith("INC"), made.data
        sys_id = made["sys_id"]
        one = await incidents.get_one(Incident.correlation_id == "a1")
        assert one["sys_id"] == sys_id, one.data
        changed = await incidents.update(sys_id, {"short_description": "changed"})
        assert changed["short_description"] == "changed", changed.data
        await incidents.create({"short_description": "changed too"})
        found = await incidents.get(Incident.short_description.starts_with("changed"), limit=1)
        assert len(found.data) == 1, found.data
        await incidents.upload_file(sys_id, __file__)
        await incidents.delete(sys_id)
        assert (await incidents.get(Incident.correlation_id == "a1")).data == []

    async with Incident(client, table_name="no_such_table") as nothing:
        try:
            await nothing.get(limit=1)
            raise SystemExit("a table that does not exist was read")
        except AiosnowException as error:
            assert "Invalid table" in str(error), error

    # What it makes of an instance in trouble: it refuses all of it.
    before = cookies_sent_back(url)
    async with User(client, table_name="sys_user") as users:
        for kind in ["html_200", "accepted_202", "partial_200"]:
            fault(url, match={"method": "GET"}, kind=kind)
            try:
                await users.get(limit=4)
                raise SystemExit(f"{kind} was taken for an answer")
            except AiosnowException:
                pass
        await users.get(limit=1)
    # Its jar keeps nothing of hosts that are addresses.
    assert cookies_sent_back(url) == before
    print("aiosnow: ok")


def cookies_sent_back(url):
    with urlopen(f"{url}/__sandbox/requests") as counted:
        return json.load(counted)["cookies_sent_back"]


def fault(url, **rule):
    body = json.dumps([rule]).encode()
    headers = {"Content-Type": "application/json"}
    urlopen(Request(f"{url}/__sandbox/faults", body, headers)).close()


asyncio.run(main(sys.argv[1]))
