import type { Pass } from '../plan.ts';
import { clusterLines } from './cluster-lines.ts';
import { drawCard } from './draw-card.ts';
import type { Explained } from './explain-text.ts';
import { explainText } from './explain-text.ts';
import { counted, duration, rate } from './format-numbers.ts';
import { passCards } from './pass-cards.ts';
import { type Drawing, FAINT, flow, INK, rect, STAGE_COLOURS, text } from './svg-elements.ts';

const WIDTH = 1320;
const MARGIN = 24;
const MAX_CARDS = 24;
const MAX_REMARKS = 8;
const HATCH =
  '<pattern id="taken" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#e3e6eb"/><rect width="1.6" height="5" fill="#a3aab6"/></pattern>';

/** The plan as a picture: for every pass the nodes, their GPUs, and what sits on them. Without a plan, the text as lines. */
export function explainSvg(explained: Explained): string {
  const { problem, result } = explained;
  const parts =
    result.outcome === 'planned'
      ? [
          heading(problem.id ?? 'Extraction', [...clusterLines(problem.nodes), ...remarks(explained)]),
          ...(problem.nodes.some(({ gpus }) => gpus.length > 0) ? [barLegend()] : []),
          ...result.passes.map((pass, i) => drawPass(pass, i, explained)),
        ]
      : [heading(problem.id ?? 'Extraction', explainText(explained).trimEnd().split('\n'))];
  let y = MARGIN;
  const body = parts.map(({ svg, height }) => {
    const placed = `<g transform="translate(${MARGIN} ${y})">${svg}</g>`;
    y += height + 20;
    return placed;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="Inter, 'Segoe UI', 'DejaVu Sans', sans-serif">`,
    `<defs>${HATCH}</defs>`,
    rect(0, 0, WIDTH, y, '#fafbfc'),
    ...body,
    '</svg>\n',
  ].join('\n');
}

/** What kept parts of the cluster out of the picture, or had to be assumed for it. */
function remarks({ capacityReasons }: Explained): string[] {
  const lines = capacityReasons.slice(0, MAX_REMARKS).map(({ code, sentence }) => `${code}: ${sentence}`);
  const more = capacityReasons.length - lines.length;
  return more > 0 ? [...lines, `and ${counted(more, 'more remark')}`] : lines;
}

function heading(title: string, lines: readonly string[]): Drawing {
  const rows = lines.map((line, i) => text(0, 44 + 18 * i, line.trim(), { colour: FAINT, maxChars: 190 }));
  return {
    width: WIDTH,
    height: 44 + 18 * lines.length,
    svg: text(0, 20, title, { sizePx: 20, bold: true, maxChars: 100 }) + rows.join(''),
  };
}

/** What the shades of a memory bar mean. */
function barLegend(): Drawing {
  const shades = [
    ['models', INK, ''],
    ['batches', INK, ' fill-opacity="0.5"'],
    ['margin', INK, ' fill-opacity="0.2"'],
    ['not free', 'url(#taken)', ''],
  ] as const;
  const parts = shades.map(
    ([label, fill, extra], i) =>
      rect(110 * i, 0, 24, 10, fill, extra) + text(110 * i + 30, 9.5, label, { sizePx: 11, colour: FAINT }),
  );
  return { width: WIDTH, height: 10, svg: parts.join('') };
}

function drawPass(pass: Pass, index: number, { problem, result }: Explained): Drawing {
  const passes = result.outcome === 'planned' ? result.passes.length : 0;
  const time = pass.durationSec === null ? '' : `, ${duration(pass.durationSec)}`;
  const title = text(0, 14, `Pass ${index + 1} of ${passes}: ${rate(pass.framesPerSec)}${time}`, {
    sizePx: 15,
    bold: true,
  });
  const plugins = new Map(problem.roles.map(({ role, plugin }) => [role, plugin]));
  const legend = pass.stages.map(({ roles, replicas, framesPerSec }, i) => {
    const flowText = roles.map((role) => `${role} ${plugins.get(role) ?? ''}`.trim()).join(' → ');
    const slowest = pass.stages.length > 1 && i === pass.bottleneck ? ', the bottleneck' : '';
    const line = `${flowText}: ${counted(replicas, 'worker')}, ${rate(framesPerSec)}${slowest}`;
    const y = 26 + 20 * i;
    return (
      rect(0, y, 12, 12, STAGE_COLOURS[i % STAGE_COLOURS.length]!, ' rx="2"') +
      text(20, y + 10.5, line, { maxChars: 170 })
    );
  });
  const top = 34 + 20 * pass.stages.length;
  const all = passCards(pass, problem.nodes);
  const cards = flow(all.slice(0, MAX_CARDS).map(drawCard), WIDTH - 2 * MARGIN, 12);
  const hidden = all.slice(MAX_CARDS).reduce((sum, { nodes }) => sum + nodes.length, 0);
  const more =
    hidden === 0
      ? ''
      : text(0, top + cards.height + 20, `and ${counted(hidden, 'more node')}`, { colour: FAINT });
  const svg = `${title}${legend.join('')}<g transform="translate(0 ${top})">${cards.svg}</g>${more}`;
  return { width: WIDTH, height: top + cards.height + (hidden === 0 ? 0 : 26), svg };
}
