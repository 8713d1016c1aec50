import { createHash } from 'node:crypto';
import type { Report } from '../report.ts';
import { distributionsSection } from './distributions-section.ts';
import { failuresSection } from './failures-section.ts';
import { Html, html } from './html.ts';
import { originSection } from './origin-section.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import { planSection } from './plan-section.ts';
import { sheetSection } from './sheet-section.ts';
import { summarySection } from './summary-section.ts';

const SECTIONS = [
  ['faces', 'Faces'],
  ['distributions', 'Distributions'],
  ['failures', 'Failures'],
  ['plan', 'Plan'],
  ['origin', 'Models'],
] as const;

/**
 * A report as one HTML page that needs nothing else, piece by piece. Its policy forbids it to load anything but the pictures within it, and to run any
 * script and style but its own two, by their sha256.
 */
export function* reportPage(report: Report): Generator<string> {
  const policy = `default-src 'none'; img-src data:; script-src '${sha256(PAGE_SCRIPT)}'; style-src '${sha256(PAGE_STYLE)}'; base-uri 'none'; form-action 'none'`;
  const title = `${report.source ?? 'Extraction'}: ${report.counts.faces} faces`;
  yield html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(PAGE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#faces">Skip to the faces</a>
`.text;
  const links = SECTIONS.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`);
  yield html`${summarySection(report)}
<nav aria-label="Sections"><ul>${links}</ul></nav>
<main>
`.text;
  for (const piece of sheetSection(report)) yield `${piece.text}\n`;
  for (const section of [
    distributionsSection(report),
    failuresSection(report.failures),
    planSection(report),
    originSection(report),
  ])
    yield `${section.text}\n`;
  yield html`</main>
<footer><p>Made by facefleet ${report.facefleet} from the output alone. This file holds pictures of faces: treat it as you treat the photos.</p></footer>
<script>${new Html(PAGE_SCRIPT)}</script>
</body>
</html>
`.text;
}

function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
