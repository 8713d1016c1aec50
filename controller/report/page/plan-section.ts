import { counted } from '../../cli/counted.ts';
import type { PlannedRole, PlannedStage } from '../planned-passes.ts';
import type { Report } from '../report.ts';
import { type Html, html } from './html.ts';

/** Passes and stages as they were planned, and why. */
export function planSection({ passes, planReasons }: Report): Html {
  const content =
    passes === null || passes.length === 0
      ? html`<p class="lead">The output does not tell its plan.</p>`
      : html`<ol class="passes">${passes.map(({ stages }, i) => html`<li class="card pass"><h3>${passes.length === 1 ? 'One pass' : `Pass ${i + 1} of ${passes.length}`}</h3><div class="stages">${stages.map(stage)}</div></li>`)}</ol>`;
  const reasons =
    planReasons.length === 0
      ? ''
      : html`<ul class="reasons">${planReasons.map(({ code, message }) => html`<li><span class="code">${code}</span> ${message}</li>`)}</ul>`;
  return html`<section id="plan" aria-labelledby="plan-title"><h2 id="plan-title">Plan</h2>${content}${reasons}</section>`;
}

function stage({ roles, workers, threads, providers }: PlannedStage): Html {
  const facts = [
    counted(workers, 'worker'),
    ...(threads === null ? [] : [`${counted(threads, 'thread')}${workers > 1 ? ' each' : ''}`]),
    ...(providers.length === 0 ? [] : [`on ${providers.join(', ')}`]),
  ].join(', ');
  return html`<div class="stage"><ol class="roles">${roles.map(role)}</ol><p class="note">${facts}</p></div>`;
}

function role({ role: name, plugin, batch }: PlannedRole): Html {
  const size = batch === null ? '' : html` <span class="note">batch ${batch}</span>`;
  return html`<li><span class="role">${name}</span> <strong>${plugin ?? ''}</strong>${size}</li>`;
}
