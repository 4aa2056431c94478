import json, sys
from pathlib import Path
import click
@click.group()
def main(): ...
@main.command()
@click.argument("data")
@click.option("--period")
@click.option("--out")
def run(data, period, out):
    from lianghua_batch import pipeline, periods, results
    o = pipeline.process(Path(data), periods.parse(period) if period else None)
    if o.results is None:
        for p in o.problems: print(p.code,p.place,p.message,p.value,file=sys.stderr)
        sys.exit(1)
    Path(out).mkdir(parents=True, exist_ok=True)
    (Path(out)/"results.json").write_text(json.dumps(results.as_json(o.results),ensure_ascii=False,indent=1),encoding="utf-8")
