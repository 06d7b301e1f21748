#!/usr/bin/env python3
"""Brings sessions of hoop into a ledger that its hooks did not: asks hoop's API for the sessions of the last days, and
sends those that have ended and were not sent yet to an intake (kind json). Run it every few minutes, by cron or a timer.

    hoop_poll.py --hoop https://hoop.example.org --intake https://intake.example.org:8443/hoop --state /var/lib/hoop-poll

The tokens are in the environment: HOOP_TOKEN, INTAKE_TOKEN. A session is written down in the state after the intake has
acknowledged it, and its id is the request's Idempotency-Key: a run that is killed sends nothing twice that matters.
Exit code 0: all of it is in the ledger; 1: some of it is not, and the next run tries again.
"""
import argparse
import datetime
import json
import os
import sys
import urllib.parse
import urllib.request

PAGE = 100


def call(address, token, body=None, headers=None):
    request = urllib.request.Request(address, data=body, headers={
        "Authorization": f"Bearer {token}", "Content-Type": "application/json", **(headers or {})})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def sessions(hoop, token, since, until):
    """Every session that began in a range, page by page."""
    offset = 0
    while True:
        query = urllib.parse.urlencode({
            "start_date": since, "end_date": until, "limit": PAGE, "offset": offset})
        page = json.loads(call(f"{hoop}/api/sessions?{query}", token))
        found = page.get("data") or []
        yield from found
        offset += len(found)
        if not page.get("has_next_page") or not found:
            return


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hoop", required=True)
    parser.add_argument("--intake", required=True)
    parser.add_argument("--state", required=True, help="a directory that outlives the machine's reboots")
    parser.add_argument("--days", type=int, default=7, help="how far back sessions may have begun")
    options = parser.parse_args()
    hoop_token, intake_token = os.environ["HOOP_TOKEN"], os.environ["INTAKE_TOKEN"]
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    since = now - datetime.timedelta(days=options.days)
    form = "%Y-%m-%dT%H:%M:%SZ"

    os.makedirs(options.state, mode=0o700, exist_ok=True)
    file = os.path.join(options.state, "sent")
    sent = {}
    if os.path.exists(file):
        with open(file, encoding="utf-8") as lines:
            # A line that a power cut left unfinished is one session that is sent again.
            pairs = (line.split() for line in lines if line.endswith("\n"))
            sent = {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
    fresh, failed = 0, 0
    with open(file, "a", encoding="utf-8") as log:
        if log.tell() > 0:
            log.write("\n")
        for session in sessions(options.hoop, hoop_token, since.strftime(form), now.strftime(form)):
            name = session.get("id")
            if not name or not session.get("end_date") or name in sent:
                continue
            try:
                call(options.intake, intake_token, json.dumps(session).encode(), {"Idempotency-Key": f"hoop-{name}"})
            except OSError as error:
                print(f"{name}: {error}", file=sys.stderr)
                failed += 1
                continue
            log.write(f"{name} {session['start_date']}\n")
            log.flush()
            os.fsync(log.fileno())
            sent[name] = session["start_date"]
            fresh += 1

    # What began before the range is not asked for again.
    kept = [f"{name} {began}\n" for name, began in sent.items() if began >= since.strftime(form)]
    with open(file + ".new", "w", encoding="utf-8") as shorter:
        shorter.writelines(kept)
        shorter.flush()
        os.fsync(shorter.fileno())
    os.replace(file + ".new", file)
    print(f"{fresh} sessions brought into the ledger, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
