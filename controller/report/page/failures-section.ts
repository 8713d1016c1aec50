import { CODES, type Code } from '../../../worker/errors/codes.ts';
import type { FailureGroup } from '../report.ts';
import { type Html, html } from './html.ts';
import { whole } from './numbers.ts';
import { shortened } from './visible-text.ts';

const KEY_CHARS = 160;
const MESSAGE_CHARS = 400;

/** Frames that failed, by code, with what to do about it. */
export function failuresSection(groups: readonly FailureGroup[]): Html {
  const content = groups.length === 0 ? html`<p class="lead">No frame failed.</p>` : groups.map(group);
  return html`<section id="failures" aria-labelledby="failures-title"><h2 id="failures-title">Failures</h2>${content}</section>`;
}

function group({ code, count, examples }: FailureGroup): Html {
  const known = Object.hasOwn(CODES, code) ? CODES[code as Code] : null;
  const more = count - examples.length;
  const hasPlugin = examples.some(({ plugin }) => plugin !== undefined);
  // the heading says it already
  const opening = `${code} ${known?.message ?? ''}: `;
  const rows = examples.map(({ key, message, plugin }) => {
    const reason = message.startsWith(opening) ? message.slice(opening.length) : message;
    const last = hasPlugin ? html`<td>${plugin ?? ''}</td>` : '';
    return html`<tr><th scope="row"><bdi>${shortened(key, KEY_CHARS)}</bdi></th><td>${shortened(reason, MESSAGE_CHARS)}</td>${last}</tr>`;
  });
  const pluginHead = hasPlugin ? html`<th scope="col">Plugin</th>` : '';
  const hint = known === null ? '' : html`<p class="hint">${known.hint}</p>`;
  const rest = more > 0 ? html`<p class="note">and ${whole(more)} more, in failures.jsonl</p>` : '';
  return html`<article class="card failure"><h3><span class="code">${code}</span> ${known?.message ?? 'A code that this version does not know'} <span class="count">${whole(count)}</span></h3>${hint}<div class="scroll"><table><thead><tr><th scope="col">Frame</th><th scope="col">Reason</th>${pluginHead}</tr></thead><tbody>${rows}</tbody></table></div>${rest}</article>`;
}
