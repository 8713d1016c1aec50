import type { Report, ReportModel } from '../report.ts';
import { type Html, html } from './html.ts';

/** What the results come from: models with their licences, versions, options. */
export function originSection({ models, versions, options, digest }: Report): Html {
  const modelTable =
    models.length === 0
      ? html`<p class="lead">The output names no networks: there were none, or no run has ended yet.</p>`
      : html`<div class="card scroll"><table><thead><tr><th scope="col">Model</th><th scope="col">Licence of the weights</th><th scope="col">of the package</th><th scope="col">sha256</th></tr></thead><tbody>${models.map(model)}</tbody></table></div>`;
  const sha =
    digest === null ? '' : html`<p class="note">sha256 of alignments.jsonl: <code>${digest}</code></p>`;
  return html`<section id="origin" aria-labelledby="origin-title"><h2 id="origin-title">Models, versions, options</h2>${modelTable}<div class="columns"><div class="card"><h3>Versions</h3>${pairs(versions)}</div><div class="card"><h3>Options</h3><details><summary>${options.length} options that shaped the result</summary>${pairs(options)}</details></div></div>${sha}</section>`;
}

function model({ name, sha256, about }: ReportModel): Html {
  const title = about === null ? 'not in the catalogue of this version' : about.title;
  const warning = about?.researchOnly ? html` <span class="badge">research only</span>` : '';
  return html`<tr><th scope="row">${name}<span class="note">${title}</span></th><td>${about?.weightsLicence ?? 'not known'}${warning}</td><td>${about?.packageLicence ?? 'not known'}</td><td><code title="${sha256}">${sha256.slice(0, 12)}…</code></td></tr>`;
}

function pairs(entries: readonly (readonly [string, string])[]): Html {
  if (entries.length === 0) return html`<p class="note">Noted when a run ends.</p>`;
  return html`<table class="pairs"><tbody>${entries.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`;
}
