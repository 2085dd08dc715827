"""The expected waits that customers are told, against the waits that ciw simulates.

Reads the table that the test `waits::steady` wrote: for each queue how it is, who came when and was
talked with for how long, and what customers were told by their position when they came. ciw plays the
same customers, and then others of the same kind by seeds of its own.
"""

import json
import sys
from collections import defaultdict

import ciw

FURTHEST = 0.20
# Positions at which fewer came say nothing: their mean is off by itself.
FEWEST = 150
SEEDS = range(4)
CUSTOMERS = 10_000


def simulate(queue, arrivals, handling, customers, warm_up):
    """The waits of those who found nobody free, by their position."""
    network = ciw.create_network(
        arrival_distributions=[arrivals],
        service_distributions=[handling],
        number_of_servers=[queue["slots"]],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers, method="Finish")
    waits = defaultdict(list)
    for record in simulation.get_all_records():
        position = record.queue_size_at_arrival - queue["slots"] + 1
        if record.id_number > warm_up and position >= 1:
            waits[position].append(record.waiting_time)
    return waits


def the_same(queue):
    came = [0.0, *queue["came_secs"]]
    gaps = [after - before for before, after in zip(came, came[1:])]
    # The last one is never reached: more than those who came would begin anew.
    arrivals = ciw.dists.Sequential([*gaps, 1e9])
    handling = ciw.dists.Sequential(queue["talked_secs"])
    return simulate(queue, arrivals, handling, len(gaps), queue["warm_up"])


def others(queue):
    arrivals = ciw.dists.Exponential(rate=1 / queue["every_secs"])
    if queue["handling"] == "exponential":
        handling = ciw.dists.Exponential(rate=1 / queue["handling_secs"])
    else:
        handling = ciw.dists.Lognormal(mean=queue["log_mean"], sd=queue["log_sd"])
    waits = defaultdict(list)
    for seed in SEEDS:
        ciw.seed(seed)
        once = simulate(queue, arrivals, handling, CUSTOMERS, queue["warm_up"])
        for position, some in once.items():
            waits[position] += some
    return waits


def mean(values):
    return sum(values) / len(values)


def compare(what, told, simulated, furthest=FURTHEST):
    off = told / simulated - 1
    print(f"  {what:<32} {told:7.1f} s  ciw {simulated:7.1f} s  {off:+6.1%}")
    assert abs(off) <= furthest, f"{what}: off by {off:+.1%}"


def by_position(queue, waits):
    compared = 0
    for place in queue["places"]:
        simulated = waits.get(place["position"], [])
        if place["customers"] >= FEWEST and len(simulated) >= FEWEST:
            compare(f"told at position {place['position']}, others", place["told_secs"], mean(simulated))
            compared += 1
    assert compared >= 2, "too few positions say anything"


with open(sys.argv[1], encoding="utf-8") as table:
    queues = json.load(table)
assert len(queues) >= 3, "the table is too small"
for queue in queues:
    print(f"{queue['name']}: {queue['slots']} slots, handling {queue['handling']}")
    waits = the_same(queue)
    everybody = [wait for some in waits.values() for wait in some]
    compare("waited, the same customers", queue["waited_secs"], mean(everybody), 0.01)
    compare("told, the same customers", queue["told_secs"], mean(everybody))
    by_position(queue, others(queue))
print(f"expected waits: within {FURTHEST:.0%} of ciw's")
