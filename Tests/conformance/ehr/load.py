"""Times of calls on a kept connection while other clients, processes of their own, make the same calls without a pause."""
import http.client
import multiprocessing
import time


def once(connection, call):
    path, body = call
    start = time.perf_counter()
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise SystemExit(f"{path}: {response.status}")
    return time.perf_counter() - start


def hammer(address, calls, ready, stop):
    connection = http.client.HTTPConnection(address)
    ready.release()
    while not stop.is_set():
        for call in calls:
            once(connection, call)


def under_load(base, calls, clients, count=1_000):
    """Seconds of `count` calls of each name, in turn, beside so many other clients."""
    address = base.removeprefix("http://").rstrip("/")
    ready, stop = multiprocessing.Semaphore(0), multiprocessing.Event()
    others = [multiprocessing.Process(target=hammer, args=(address, list(calls.values()), ready, stop), daemon=True)
              for _ in range(clients)]
    for other in others:
        other.start()
    for _ in others:
        ready.acquire()
    connection = http.client.HTTPConnection(address)
    times = {name: [] for name in calls}
    for number in range(count + 50):
        for name, call in calls.items():
            taken = once(connection, call)
            if number >= 50:
                times[name].append(taken)
    stop.set()
    for other in others:
        other.join(10)
    return times
