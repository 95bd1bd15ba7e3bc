"""Pure: the calendar of a course as one HTML file that needs nothing else, to be opened, printed or sent on."""

from __future__ import annotations

from html import escape
from itertools import groupby

from bot.preview import ADAPTING, Adapting, Branch, Preview, Text
from scheduler.calendar import local

_DAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
_COLOURS = {"green": "grøn", "amber": "gul", "red": "rød", "blue": "blå"}
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1b1f24; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin: 2rem 0 .5rem; }
article { border: 1px solid #c9d1d9; border-radius: 8px; padding: .75rem 1rem; margin: .75rem 0; break-inside: avoid; }
p { margin: .35rem 0; } .when { font-weight: 600; } .small { color: #57606a; font-size: .875rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem .75rem; margin: .5rem 0 0; font-size: .875rem; }
dt { font-weight: 600; } dd { margin: 0; }
"""


def calendar_html(shown: Preview) -> str:
    weeks = "".join(
        f"<h2>Uge {week}</h2>{''.join(_text(text) for text in texts)}"
        for week, texts in groupby(shown.texts, key=lambda text: text.week)
    )
    rules = "".join(map(_rule, shown.adapting))
    adapting = f"<h2>{ADAPTING}</h2><dl>{rules}</dl>" if rules else ""
    count = f"{len(shown.texts)} sms'er, {shown.segments} segmenter, udgave {shown.version}"
    return (
        '<!doctype html><html lang="da"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(shown.name)}</title><style>{_STYLE}</style></head>"
        f'<body><main><h1>{escape(shown.name)}</h1><p class="small">{count}</p>{weeks}{adapting}</main></body></html>\n'
    )


def _text(text: Text) -> str:
    wall = local(text.due_at)
    noun = "segment" if text.segments == 1 else "segmenter"
    about = ", ".join(part for part in (text.step_id, text.reason, f"{text.segments} {noun}", text.waits) if part)
    branches = f"<dl>{''.join(_branch(branch) for branch in text.branches)}</dl>" if text.branches else ""
    said = "".join(f"<dt>{escape(form.capitalize())}</dt><dd>{escape(body)}</dd>" for form, body in text.forms)
    forms = f"<dl>{said}</dl>" if said else ""
    return (
        f'<article><p class="when">{_DAYS[wall.weekday()].capitalize()} {wall:%d-%m-%Y kl. %H.%M}</p>'
        f'<p>{escape(text.body)}</p><p class="small">{escape(about)}</p>{branches}{forms}</article>'
    )


def _rule(rule: Adapting) -> str:
    return f"<dt>{escape(rule.when.capitalize())}</dt><dd>{escape(f'{rule.answer} {rule.follows}'.strip())}</dd>"


def _branch(branch: Branch) -> str:
    return f"<dt>{escape(branch.reply)} ({_COLOURS[branch.colour]})</dt><dd>{escape(branch.answer)}</dd>"
